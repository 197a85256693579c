package io.sluice.cluster.link;

import io.sluice.cluster.link.Handshake.Step;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection, from its first byte to its end:
 *
 * <pre>
 *   handshake ──▶ established ──▶ closed
 *       └────────────────────────────▲
 * </pre>
 *
 * It owns its socket. Time is counted in the link's ticks, so a pause of this process is not taken for the other's silence.
 * Used on the link's event loop.
 */
final class Connection {
    /** Longest frame before the other side has proven itself. */
    static final int MAX_HANDSHAKE_FRAME = 1_024;

    /** Longest frame after. */
    static final int MAX_FRAME = 16 << 20;

    /** Most bytes that wait to be sent. */
    static final int MAX_QUEUED = 32 << 20;

    /** Between two calls of {@link #tick()}. */
    static final int TICK_MILLIS = 200;

    /** Ticks that a handshake may take: two seconds. */
    private static final int MOST_HANDSHAKE = 10;

    /** Ticks without a word after which the other side is given up: one second. */
    private static final int MOST_SILENCE = 5;

    /** What the link hears of a connection. */
    interface Events {
        /** Both sides have proven themselves; {@link Connection#peer()} is known. */
        void established(Connection connection, Hello hello);

        /** A frame of an established connection. */
        void frame(Link.Peer from, Buffer frame);

        /** It is over; told once. */
        void closed(Connection connection, End end);
    }

    /** How a connection ended. */
    sealed interface End {
        /** It broke, or was closed by the other side or by {@link Connection#close}. */
        record Gone() implements End {}

        /** The other side was silent for too long. */
        record Silent() implements End {}

        /**
         * One side did not want the other.
         *
         * @param reason for the log
         * @param here whether it was this side
         */
        record Refused(String reason, boolean here) implements End {}

        /**
         * The other side does not speak the link's protocol.
         *
         * @param said whether it said anything at all
         */
        record Foreign(boolean said) implements End {}
    }

    private final NetSocket socket;
    private final Handshake handshake;
    private final Events events;
    private final FrameReader reader = new FrameReader(MAX_HANDSHAKE_FRAME, this::frame);
    private Link.@Nullable Peer peer;
    private int silentTicks;
    private boolean heard;
    private boolean closed;
    private int queued;

    /**
     * Takes over a socket that was just connected.
     *
     * @param socket owned from now on
     * @param handshake this side's part of it
     * @param events told on the socket's event loop
     */
    Connection(NetSocket socket, Handshake handshake, Events events) {
        this.socket = socket;
        this.handshake = handshake;
        this.events = events;
        socket.handler(this::arrived)
                .closeHandler(gone -> end(new End.Gone()))
                .exceptionHandler(cause -> end(new End.Gone()));
        if (dialled()) {
            write(handshake.hello());
        }
    }

    /** Whether this node connected to the other, rather than the other to it. */
    boolean dialled() {
        return handshake.role() == Handshake.Role.DIALLER;
    }

    /** Who is at the other end; null before both sides have proven themselves. */
    Link.@Nullable Peer peer() {
        return peer;
    }

    /** Where the other end is. */
    String address() {
        return String.valueOf(socket.remoteAddress());
    }

    /**
     * Sends a frame, if not too much waits.
     *
     * @param frame neither empty nor longer than {@link #MAX_FRAME}
     * @return whether it was taken
     */
    boolean send(Buffer frame) {
        if (closed || queued + FrameReader.HEADER + frame.length() > MAX_QUEUED) {
            return false;
        }
        write(frame);
        return true;
    }

    /** A tick is over: says that this side lives, and looks whether the other does. */
    void tick() {
        silentTicks++;
        if (peer == null) {
            if (silentTicks > MOST_HANDSHAKE) {
                end(new End.Foreign(heard));
            }
        } else if (silentTicks > MOST_SILENCE) {
            end(new End.Silent());
        } else if (queued == 0) {
            // A frame without bytes keeps the connection alive; no handler sees it.
            write(Buffer.buffer());
        }
    }

    /** Ends it; nothing of it arrives from now on. */
    void close() {
        end(new End.Gone());
    }

    private void arrived(Buffer chunk) {
        heard = true;
        if (peer != null) {
            silentTicks = 0;
        }
        if (!closed && !reader.take(chunk)) {
            end(new End.Foreign(true));
        }
    }

    private void frame(Buffer frame) {
        Link.Peer from = peer;
        if (closed) {
            return;
        }
        if (from == null) {
            act(handshake.take(frame));
        } else if (frame.length() > 0) {
            events.frame(from, frame);
        }
    }

    private void act(Step step) {
        switch (step) {
            case Step.Answered(Buffer answer) -> write(answer);
            case Step.Established(Buffer last, Hello hello) -> {
                if (last != null) {
                    write(last);
                }
                reader.bound(MAX_FRAME);
                silentTicks = 0;
                peer = hello.peer();
                events.established(this, hello);
            }
            case Step.Refusing(String reason, Buffer farewell) -> {
                write(farewell);
                end(new End.Refused(reason, true));
            }
            case Step.RefusedThere(String reason) -> end(new End.Refused(reason, false));
            case Step.Foreign() -> end(new End.Foreign(true));
        }
    }

    private void write(Buffer frame) {
        Buffer bytes = Buffer.buffer(FrameReader.HEADER + frame.length())
                .appendInt(frame.length())
                .appendBuffer(frame);
        queued += bytes.length();
        socket.write(bytes).onComplete(written -> queued -= bytes.length());
    }

    private void end(End how) {
        if (!closed) {
            closed = true;
            socket.close();
            events.closed(this, how);
        }
    }
}
