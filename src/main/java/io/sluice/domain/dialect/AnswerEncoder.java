package io.sluice.domain.dialect;

import io.sluice.domain.chat.ChatEvent;
import java.util.function.Consumer;

/**
 * Writes one answer. Answers in pieces are written as they come; answers in one are gathered. Used by one thread.
 */
public interface AnswerEncoder {
    /** The answer's {@code Content-Type}. */
    String contentType();

    /**
     * Takes the next event.
     *
     * @param event anything but {@link ChatEvent.Failed}, whose writing is the edge's
     * @param out takes bytes for the client; each array is its own
     */
    void encode(ChatEvent event, Consumer<byte[]> out);

    /** What closes the answer; empty before {@link ChatEvent.End}. It goes out when the usage record is safe. */
    byte[] last();
}
