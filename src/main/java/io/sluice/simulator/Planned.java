package io.sluice.simulator;

import io.vertx.core.buffer.Buffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a request that its provider accepts is answered.
 *
 * @param model the model asked for, as errors about limits name it; may be empty
 * @param contentType of the answer
 * @param inputTokens tokens of the request
 * @param outputTokens tokens of the answer
 * @param paceTokens tokens whose pace holds a whole answer back
 * @param body the whole answer, when there is no stream
 * @param stream the answer in events; null for a whole one
 */
record Planned(
        String model,
        CharSequence contentType,
        long inputTokens,
        long outputTokens,
        int paceTokens,
        Supplier<Buffer> body,
        @Nullable AnswerStream stream) {
    /** A small answer that uses nothing. */
    static Planned free(String body) {
        return whole("", ResponseHeaders.JSON, 0, 0, () -> Buffer.buffer(body));
    }

    /** A whole answer. */
    static Planned whole(
            String model, CharSequence contentType, long inputTokens, long outputTokens, Supplier<Buffer> body) {
        int pace = (int) Math.min(Integer.MAX_VALUE, outputTokens);
        return new Planned(model, contentType, inputTokens, outputTokens, pace, body, null);
    }

    /** An answer in events. */
    static Planned stream(
            String model, CharSequence contentType, long inputTokens, long outputTokens, AnswerStream stream) {
        return new Planned(model, contentType, inputTokens, outputTokens, 0, Buffer::buffer, stream);
    }
}
