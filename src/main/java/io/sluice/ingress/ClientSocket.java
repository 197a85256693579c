package io.sluice.ingress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's WebSocket: how fast it takes and gives, and whether it is still there. Used on the lane's event loop. */
final class ClientSocket {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSocket.class);
    private static final int MOST_PINGS_UNREAD = 100;

    private final ServerWebSocket socket;
    private final LongSupplier clock;
    private final Set<Hold> holds = EnumSet.noneOf(Hold.class);
    private final Runnable whenFull;
    private long heardNanos;
    private long fullNanos;
    private int pingsUnread;

    /** Why nothing is read from it. */
    enum Hold {
        /** A response waits for room. */
        ASKING,
        /** The provider does not take as fast. */
        PROVIDER_FULL
    }

    /** Hears what comes from it. */
    interface Listener {
        /** A frame with data. */
        void frame(WebSocketFrame frame);

        /** It takes frames again. */
        void drained();

        /** It asks for more signs of life than it takes. */
        void flooded();

        /** It is closed; 1006 when it did not say so. */
        void closed(int code, @Nullable String reason);
    }

    /**
     * A socket that was just opened.
     *
     * @param socket the socket
     * @param clock monotonic nanoseconds
     * @param whenFull told when it does not take more for now
     */
    ClientSocket(ServerWebSocket socket, LongSupplier clock, Runnable whenFull) {
        this.socket = socket;
        this.clock = clock;
        this.whenFull = whenFull;
        this.heardNanos = clock.getAsLong();
    }

    /** Begins to read; one that has closed since its upgrade says so at once. */
    void start(Listener listener) {
        if (socket.isClosed()) {
            listener.closed(CloseCodes.NONE, null);
            return;
        }
        socket.frameHandler(frame -> heard(frame, listener));
        socket.drainHandler(v -> {
            fullNanos = 0;
            pingsUnread = 0;
            listener.drained();
        });
        socket.exceptionHandler(cause -> {});
        socket.closeHandler(v -> {
            Short code = socket.closeStatusCode();
            listener.closed(code == null ? CloseCodes.NONE : code & 0xffff, socket.closeReason());
        });
    }

    private void heard(WebSocketFrame frame, Listener listener) {
        heardNanos = clock.getAsLong();
        if (frame.isPing()) {
            // Vert.x answers; a client that takes no answers must not make more of them.
            if (isFull() && ++pingsUnread > MOST_PINGS_UNREAD) {
                listener.flooded();
            }
        } else if (frame.isText() || frame.isBinary() || frame.isContinuation()) {
            listener.frame(frame);
        }
    }

    /** Writes a frame. */
    void write(WebSocketFrame frame) {
        socket.writeFrame(frame);
        if (isFull() && fullNanos == 0) {
            fullNanos = clock.getAsLong();
            whenFull.run();
        }
    }

    private boolean isFull() {
        return !socket.isClosed() && socket.writeQueueFull();
    }

    /** Since when it takes nothing; 0 while it does. */
    long fullSince() {
        return fullNanos;
    }

    /** Reads no further for a reason. */
    void hold(Hold reason) {
        if (holds.add(reason)) {
            socket.pause();
        }
    }

    /** The reason is gone; reads on when no other is left. */
    void letGo(Hold reason) {
        if (holds.remove(reason) && holds.isEmpty()) {
            // Whatever came while nothing was read counts as heard now.
            heardNanos = clock.getAsLong();
            socket.resume();
        }
    }

    /** Whether nothing was heard of it for so long, signs of life included, although it was listened to. */
    boolean isSilent(long now, Duration most) {
        return holds.isEmpty() && now - heardNanos > most.toNanos();
    }

    /** Sends a sign of life, which it answers. */
    void ping() {
        socket.writePing(Buffer.buffer());
    }

    /**
     * Closes it; nothing happens when it is closed.
     *
     * @param last an event to be sent before; null for none
     * @param code close code
     * @param reason for it; null for none
     */
    void close(@Nullable String last, int code, @Nullable String reason) {
        if (socket.isClosed()) {
            return;
        }
        if (last != null) {
            socket.writeFrame(WebSocketFrame.textFrame(last, true));
        }
        // What still comes must be read for the answer to the close to come behind it.
        socket.resume();
        socket.close((short) code, reason).onFailure(cause -> LOG.debug("while closing", cause));
    }
}
