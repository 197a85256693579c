package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.ClientCodec;
import io.sluice.domain.dialect.ProviderCodec;
import org.jspecify.annotations.Nullable;

/** OpenAI responses. */
public final class ResponsesCodec implements ClientCodec, ProviderCodec {
    @Override
    public ChatRequest decodeRequest(ObjectNode body, String model, boolean stream) {
        return new ResponsesRequestReader(body).read(model, stream);
    }

    @Override
    public AnswerEncoder answerEncoder(ChatRequest request, AnswerTarget target) {
        return new ResponsesAnswerEncoder(request, target);
    }

    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        return new ResponsesRequestWriter(request, losses).write(upstreamModel);
    }

    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        if (contentType.startsWith("text/event-stream") || contentType.isEmpty() && stream) {
            return new ResponsesStreamDecoder();
        }
        return contentType.startsWith("application/json") || contentType.isEmpty() ? new ResponsesWholeDecoder() : null;
    }
}
