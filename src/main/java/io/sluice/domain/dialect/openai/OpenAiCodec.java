package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.ClientCodec;
import io.sluice.domain.dialect.ProviderCodec;
import org.jspecify.annotations.Nullable;

/** OpenAI chat completions. */
public final class OpenAiCodec implements ClientCodec, ProviderCodec {
    @Override
    public ChatRequest decodeRequest(ObjectNode body, String model, boolean stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public AnswerEncoder answerEncoder(ChatRequest request, AnswerTarget target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        throw new UnsupportedOperationException();
    }
}
