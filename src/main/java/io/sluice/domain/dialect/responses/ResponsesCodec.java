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
        return new ResponsesRequestReader(body).read(model, stream);
    }

    @Override
    public AnswerEncoder answerEncoder(ChatRequest request, AnswerTarget target) {
        return new ResponsesAnswerEncoder(request, target);
    }
}
