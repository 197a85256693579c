package io.sluice.message;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket to a provider. Belongs to the provider client until {@link #claim}, then to the ingress of the same lane;
 * every method is called on the lane's event loop. Ends in exactly one of: {@link Receiver#closed}, {@link #close}. One
 * that is not claimed in time is closed.
 */
public interface UpstreamSocket {
    /** Hears what comes from the provider. */
    interface Receiver {
        /**
         * A frame with data, or a part of its message.
         *
         * @param frame text, binary or continuation; pings are answered where they come in
         */
        void frame(WebSocketFrame frame);

        /** Frames may be written again. */
        void drained();

        /**
         * The provider has closed the session, or it broke.
         *
         * @param code the provider's; 1006 when it said none
         * @param reason the provider's; null when it said none
         */
        void closed(int code, @Nullable String reason);
    }

    /**
     * Takes over the socket, and begins to read. Of one that has been closed meanwhile the receiver is told so at once.
     *
     * @throws IllegalStateException when it was claimed before
     */
    void claim(Receiver receiver);

    /** Writes a frame; nothing happens after the end. */
    void write(WebSocketFrame frame);

    /**
     * Writes a frame that a reservation pays for: it is charged again if it is long on its way.
     *
     * @param frame the last of its message
     * @param reservation number of the reservation
     * @param now {@link System#nanoTime()} of this turn
     */
    void write(WebSocketFrame frame, long reservation, long now);

    /** Sends a sign of life. */
    void ping(Buffer data);

    /** Whether no more should be written until {@link Receiver#drained}. */
    boolean isFull();

    /** Reads no further. */
    void pause();

    /** Reads on. */
    void resume();

    /**
     * Ends the session. Does nothing after the end; {@link Receiver#closed} is not called any more.
     *
     * @param code close code, 1000 to 4999 and allowed on the wire
     * @param reason at most 123 bytes of UTF-8; null for none
     */
    void close(int code, @Nullable String reason);
}
