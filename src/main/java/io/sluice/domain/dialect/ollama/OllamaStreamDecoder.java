package io.sluice.domain.dialect.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import java.util.Arrays;
import java.util.function.Consumer;

/** Reads lines of JSON, cut anywhere. Holds one line at most, of {@value #MOST_BYTES} bytes at most. */
final class OllamaStreamDecoder implements AnswerDecoder {
    static final int MOST_BYTES = 16 * 1024 * 1024;

    private static final int KEPT = 4 * 1024;

    private final OllamaReading reading = new OllamaReading();
    private byte[] held = new byte[512];
    private int length;

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        int at = 0;
        while (at < piece.length && !reading.isOver()) {
            int end = at;
            while (end < piece.length && piece[end] != '\n') {
                end++;
            }
            if (length + end - at > MOST_BYTES) {
                drop();
                reading.fail(OllamaFaults.malformed("A line of the provider's answer is too long."), out);
                return;
            }
            if (end == piece.length) {
                hold(piece, at, end);
            } else if (length == 0) {
                line(piece, at, end, out);
            } else {
                hold(piece, at, end);
                held(out);
            }
            at = end + 1;
        }
    }

    /** A last line without its break counts if it is whole; if not, the answer was cut. */
    @Override
    public void end(Consumer<ChatEvent> out) {
        if (!reading.isOver() && length > 0) {
            JsonNode json = Json.read(held, 0, length);
            if (json != null) {
                reading.object(json, out);
            }
        }
        drop();
    }

    private void hold(byte[] piece, int from, int to) {
        int needed = length + to - from;
        if (needed > held.length) {
            held = Arrays.copyOf(held, Math.max(needed, held.length * 2));
        }
        System.arraycopy(piece, from, held, length, to - from);
        length = needed;
    }

    private void held(Consumer<ChatEvent> out) {
        line(held, 0, length, out);
        drop();
    }

    private void drop() {
        length = 0;
        if (held.length > KEPT) {
            held = new byte[512];
        }
    }

    private void line(byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        int first = from;
        while (first < to && bytes[first] <= ' ' && bytes[first] >= 0) {
            first++;
        }
        if (first == to) {
            return;
        }
        JsonNode json = Json.read(bytes, first, to);
        if (json == null) {
            reading.fail(OllamaFaults.malformed("The provider sent a line that is not JSON."), out);
        } else {
            reading.object(json, out);
        }
    }
}
