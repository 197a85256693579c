package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.ClientCodec;
import io.sluice.domain.dialect.ProviderCodec;
import org.jspecify.annotations.Nullable;

/** Anthropic messages. Without state: for every thread. */
public final class AnthropicCodec implements ClientCodec, ProviderCodec {
    @Override
    public ChatRequest decodeRequest(ObjectNode body, String model, boolean stream) {
        return new AnthropicRequestReader(body).read(model, stream);
    }

    @Override
    public AnswerEncoder answerEncoder(ChatRequest request, AnswerTarget target) {
        Reasoning reasoning = request.reasoning();
        boolean proves = reasoning != null && !Boolean.FALSE.equals(reasoning.enabled());
        return request.stream() ? new StreamEncoder(target, proves) : new WholeEncoder(target, proves);
    }

    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        return new AnthropicRequestWriter(request, upstreamModel, losses).write();
    }

    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        String type = contentType.strip();
        if (type.isEmpty()) {
            return stream ? new StreamDecoder() : new WholeDecoder();
        }
        if (type.startsWith("text/event-stream")) {
            return new StreamDecoder();
        }
        return type.startsWith("application/json") ? new WholeDecoder() : null;
    }
}
