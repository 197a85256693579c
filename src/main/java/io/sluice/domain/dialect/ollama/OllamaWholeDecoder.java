package io.sluice.domain.dialect.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/**
 * Reads one object, of {@value #MOST_BYTES} bytes at most. A proxy that gives lines of JSON the type of one object is
 * understood, at the answer's end.
 */
final class OllamaWholeDecoder implements AnswerDecoder {
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    private final OllamaReading reading = new OllamaReading();
    private ByteArrayOutputStream gathered = new ByteArrayOutputStream();

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (reading.isOver()) {
            return;
        }
        if (gathered.size() + piece.length > MOST_BYTES) {
            gathered = new ByteArrayOutputStream();
            reading.fail(OllamaFaults.malformed("The provider's answer is longer than the gateway allows."), out);
            return;
        }
        gathered.write(piece, 0, piece.length);
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        byte[] bytes = gathered.toByteArray();
        gathered = new ByteArrayOutputStream();
        if (reading.isOver() || bytes.length == 0) {
            return;
        }
        JsonNode json = Json.read(bytes, 0, bytes.length);
        if (json != null) {
            reading.object(json, out);
        } else {
            lines(bytes, out);
        }
    }

    private void lines(byte[] bytes, Consumer<ChatEvent> out) {
        OllamaStreamDecoder lines = new OllamaStreamDecoder();
        boolean[] some = new boolean[1];
        Consumer<ChatEvent> counting = event -> {
            some[0] = true;
            out.accept(event);
        };
        lines.feed(bytes, counting);
        lines.end(counting);
        if (!some[0]) {
            reading.fail(OllamaFaults.malformed("The provider did not answer with JSON."), out);
        }
    }
}
