package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads an answer that comes as one message, of at most {@value #MOST_BYTES} bytes. */
final class WholeDecoder implements AnswerDecoder {
    static final int MOST_BYTES = 64 * 1_024 * 1_024;

    private final MessageEvents events = new MessageEvents();
    private @Nullable ByteArrayOutputStream body = new ByteArrayOutputStream(1_024);

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (body == null) {
            return;
        }
        if (body.size() > MOST_BYTES - piece.length) {
            body = null;
            events.fail("The provider's answer is too long.", out);
        } else {
            body.writeBytes(piece);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (body == null) {
            return;
        }
        byte[] bytes = body.toByteArray();
        body = null;
        message(Json.read(bytes, 0, bytes.length), events, out);
    }

    /** Tells what a whole message says. */
    static void message(@Nullable JsonNode json, MessageEvents events, Consumer<ChatEvent> out) {
        if (!(json instanceof ObjectNode message)) {
            events.fail("The provider did not answer with JSON.", out);
            return;
        }
        if (isError(message)) {
            events.error(message, out);
            return;
        }
        if (!(message.get("content") instanceof ArrayNode content)) {
            events.fail("The provider's answer has no content.", out);
            return;
        }
        events.start(message, out);
        for (int i = 0; i < content.size() && !events.isOver(); i++) {
            events.open(i, content.get(i), out);
            events.close(i, out);
        }
        if (!events.isOver()) {
            events.finish(message, out);
            events.end(out);
        }
    }

    static boolean isError(ObjectNode json) {
        JsonNode error = json.path("error");
        return json.path("type").asText("").equals("error") || error.isObject() || error.isTextual();
    }
}
