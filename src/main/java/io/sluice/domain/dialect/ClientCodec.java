package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;

/** A dialect as clients speak it: reads their requests, writes their answers. Without state. */
public interface ClientCodec {
    /**
     * Reads a request.
     *
     * @param body what the client sent
     * @param model the model that it asks for, wherever the dialect names it
     * @param stream whether it asks for a stream, wherever the dialect says so
     * @throws MalformedRequestException when a field has a form that the dialect does not know
     */
    ChatRequest decodeRequest(ObjectNode body, String model, boolean stream);

    /**
     * Begins to write the answer to a request.
     *
     * @param request the request; of it only what the answer repeats is kept, for streams live long
     * @param target what else the answer says
     */
    AnswerEncoder answerEncoder(ChatRequest request, AnswerTarget target);
}
