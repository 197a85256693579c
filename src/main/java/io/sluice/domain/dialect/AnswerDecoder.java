package io.sluice.domain.dialect;

import io.sluice.domain.chat.ChatEvent;
import java.util.function.Consumer;

/**
 * Reads one answer of status 200, cut anywhere, in memory that does not grow with its length where the form allows. Tells
 * malformed answers and errors in them as {@link ChatEvent.Failed}, after which it tells nothing; throws nothing. Used by
 * one thread.
 */
public interface AnswerDecoder {
    /**
     * Takes the next piece. Nothing is kept of the array after the call.
     *
     * @param piece its bytes
     * @param out takes what they say, in the order of {@link ChatEvent}
     */
    void feed(byte[] piece, Consumer<ChatEvent> out);

    /**
     * Nothing follows.
     *
     * @param out takes the rest; {@link ChatEvent.End} only if the answer is whole
     */
    void end(Consumer<ChatEvent> out);
}
