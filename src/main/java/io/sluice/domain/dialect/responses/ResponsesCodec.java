package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.ClientCodec;

/** OpenAI responses. */
public final class ResponsesCodec implements ClientCodec {
    @Override
    public ChatRequest decodeRequest(ObjectNode body, String model, boolean stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public AnswerEncoder answerEncoder(ChatRequest request, AnswerTarget target) {
        throw new UnsupportedOperationException();
    }
}
