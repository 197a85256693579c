package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Reads an answer that is one {@code response} object. */
final class ResponsesWholeDecoder implements AnswerDecoder {
    private static final int LONGEST_ANSWER = 64 * 1_024 * 1_024;

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean over;

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        if (body.size() + piece.length > LONGEST_ANSWER) {
            over = true;
            body.reset();
            out.accept(ResponsesAnswerReader.malformed("The provider sent an answer that is too long."));
        } else {
            body.writeBytes(piece);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        over = true;
        byte[] bytes = body.toByteArray();
        body.reset();
        JsonNode json = Json.read(bytes, 0, bytes.length);
        if (json == null || !json.isObject()) {
            out.accept(ResponsesAnswerReader.malformed("The provider did not answer with a JSON object."));
            return;
        }
        JsonNode error = json.path("error");
        String status = ResponsesAnswerReader.text(json, "status");
        if (error.isObject() || error.isTextual() || status.equals("failed")) {
            out.accept(ResponsesAnswerReader.failed(error));
        } else if (!json.path("output").isArray() || status.equals("queued") || status.equals("in_progress")) {
            out.accept(ResponsesAnswerReader.malformed("The provider's answer has no output."));
        } else {
            new ResponsesAnswerReader().end(json, out);
        }
    }
}
