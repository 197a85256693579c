package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.message.KeyLimits;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one client answer: the head with its first byte, the pieces with back-pressure, the held end, or the in-band
 * error. The first byte is the commit point. Used on the lane's event loop.
 */
final class AnswerWriter {
    /** Bytes that may wait for a client before the upstream is held back. */
    private static final int WRITE_QUEUE = 16 * 1024;

    private static final String ATTEMPTS = "x-sluice-attempts";
    private static final String ACCOUNT = "x-sluice-account";
    private static final String UPSTREAM_MODEL = "x-sluice-upstream-model";

    private static final long HTTP2_INTERNAL_ERROR = 2;
    private static final long ABORT_MILLIS = 1_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Buffer NOTHING = Buffer.buffer();

    private final ExchangeServices services;
    private final Incoming incoming;
    private final HttpServerResponse response;
    private final boolean arrayStream;
    private final Runnable whenCommitted;
    private boolean eventStream;
    private boolean committed;
    private long stalledSinceNanos;
    private boolean stalled;
    private long firstByteNanos = -1;
    private Buffer last = NOTHING;
    private int tail;
    private long silentSinceNanos;

    /**
     * A writer of one answer.
     *
     * @param services what the lane's exchanges share
     * @param incoming the request, with the client's side
     * @param arrayStream whether a stream comes as one JSON array
     * @param whenCommitted told once, at the first byte
     */
    AnswerWriter(ExchangeServices services, Incoming incoming, boolean arrayStream, Runnable whenCommitted) {
        this.services = services;
        this.incoming = incoming;
        this.response = incoming.response();
        this.arrayStream = arrayStream;
        this.whenCommitted = whenCommitted;
    }

    /** The virtual key's limits, for the back-off of SDKs. */
    void keyLimits(@Nullable KeyLimits limits) {
        if (limits == null || committed) {
            return;
        }
        long now = incoming.startMillis() + (services.clock().getAsLong() - incoming.startNanos()) / NANOS_PER_MILLI;
        incoming.dialect().limits(response, limits, now);
    }

    /**
     * How long the request waited for room; said only when it did.
     *
     * @param millis whole milliseconds
     */
    void queued(long millis) {
        if (millis > 0 && !committed) {
            response.putHeader("x-sluice-queued-ms", Long.toString(millis));
        }
    }

    /**
     * Says how the answer came about, to those who may know.
     *
     * @param attempts how many were made
     * @param served who answers; null when nobody does
     */
    void diagnose(int attempts, @Nullable Candidate served) {
        response.putHeader(ATTEMPTS, Integer.toString(attempts));
        if (served != null) {
            response.putHeader(ACCOUNT, served.accountId()).putHeader(UPSTREAM_MODEL, served.upstreamModel());
        }
    }

    /**
     * Prepares the head; nothing is sent yet, and a later attempt may prepare it anew.
     *
     * @param headers what the provider said and the client may know
     * @param events whether the answer is an event stream
     */
    void prepare(Map<String, String> headers, boolean events) {
        eventStream = events;
        response.setStatusCode(200).setWriteQueueMaxSize(WRITE_QUEUE).setChunked(true);
        headers.forEach(response::putHeader);
        if (events || arrayStream) {
            response.putHeader("cache-control", "no-cache").putHeader("x-accel-buffering", "no");
        } else {
            Answers.hygiene(response);
        }
    }

    /** Takes back what {@link #prepare} set, so that an error can be answered. */
    void unprepare(Map<String, String> headers) {
        headers.keySet().forEach(response.headers()::remove);
        response.headers()
                .remove("x-accel-buffering")
                .remove(ATTEMPTS)
                .remove(ACCOUNT)
                .remove(UPSTREAM_MODEL);
        response.setChunked(false);
    }

    /** Whether the client has seen a byte. */
    boolean isCommitted() {
        return committed;
    }

    /** Whether the answer is one JSON array whose elements are the pieces of a stream. */
    boolean isArrayStream() {
        return arrayStream;
    }

    /** When the first byte was written, monotonic; -1 while there is none. */
    long firstByteNanos() {
        return firstByteNanos;
    }

    /** Sends a piece. */
    void write(Buffer piece) {
        commit();
        response.write(piece);
        last = piece;
        silentSinceNanos = 0;
        for (int i = Math.max(0, piece.length() - Integer.BYTES); i < piece.length(); i++) {
            tail = tail << Byte.SIZE | piece.getByte(i) & 0xff;
        }
    }

    /**
     * Writes a ping when an event stream has been silent for long: behind a whole event, and to a client that takes what
     * is written.
     *
     * @param now monotonic nanoseconds
     */
    void pingIfSilent(long now) {
        if (!committed || !eventStream || stalled) {
            return;
        }
        if (silentSinceNanos == 0) {
            silentSinceNanos = now;
        } else if (now - silentSinceNanos >= services.bounds().ping().toNanos() && isBetweenEvents()) {
            silentSinceNanos = now;
            Buffer ping = incoming.dialect().ping();
            if (ping != null) {
                response.write(ping);
            }
        }
    }

    /** Whether what was written ends in a blank line, whichever line ends the stream has. */
    private boolean isBetweenEvents() {
        int two = tail & 0xffff;
        return two == 0x0a0a || two == 0x0d0d || (tail & 0xffffff) == 0x0a0d0a || tail == 0x0d0a0d0a;
    }

    /**
     * Whether the client takes too little, so that the upstream must be held back; then the handler is told once when it
     * takes more.
     */
    boolean isFull(Runnable drained) {
        if (!response.writeQueueFull()) {
            return false;
        }
        if (!stalled) {
            stalled = true;
            stalledSinceNanos = services.clock().getAsLong();
            response.drainHandler(v -> {
                stalled = false;
                drained.run();
            });
        }
        return true;
    }

    /** How long the client has taken nothing although something waits for it. */
    long stalledNanos(long now) {
        return stalled ? now - stalledSinceNanos : 0;
    }

    /** Sends the rest and ends the answer; one that goes out in a single piece says how long it is. */
    void end(Buffer rest) {
        if (!committed) {
            response.setChunked(false);
        }
        commit();
        response.end(rest);
    }

    /** Tells the client inside the answer that it will not be whole, and ends it so that nobody takes it for whole. */
    void abort(GatewayFailure failure) {
        if (!eventStream && !arrayStream || response.writeQueueFull()) {
            response.reset(HTTP2_INTERNAL_ERROR);
            return;
        }
        // A client that stops to read at this very point must not keep the stream open.
        long timer = services.vertx().setTimer(ABORT_MILLIS, t -> response.reset(HTTP2_INTERNAL_ERROR));
        Buffer event = incoming.dialect().event(ErrorAnswer.of(failure), incoming.id(), last);
        // The blank line ends an event that was cut.
        boolean cut = eventStream && !isBetweenEvents();
        response.write(cut ? Buffer.buffer("\n\n").appendBuffer(event) : event).onComplete(written -> {
            services.vertx().cancelTimer(timer);
            response.reset(HTTP2_INTERNAL_ERROR);
        });
    }

    /**
     * Gives up a client that takes nothing. Vert.x closes only behind what is queued; that the socket goes nevertheless is
     * the work of the server's TCP user timeout.
     */
    void drop() {
        response.reset(HTTP2_INTERNAL_ERROR);
    }

    private void commit() {
        if (!committed) {
            committed = true;
            firstByteNanos = services.clock().getAsLong();
            whenCommitted.run();
        }
    }

    /** Collects what a tap lets through; a piece that passes whole and alone is sent as the buffer it came in. */
    static final class Collector implements ResponseTap.Sink {
        private final Buffer source;
        private final byte[] bytes;
        private @Nullable Buffer out;
        private boolean wholeSource;

        Collector(Buffer source, byte[] bytes) {
            this.source = source;
            this.bytes = bytes;
        }

        @Override
        public void pass(int offset, int length) {
            if (length == 0) {
                return;
            }
            if (out == null && !wholeSource && length == bytes.length) {
                wholeSource = true;
            } else {
                target().appendBytes(bytes, offset, length);
            }
        }

        @Override
        public void write(byte[] more) {
            if (more.length > 0) {
                target().appendBytes(more);
            }
        }

        private Buffer target() {
            Buffer target = out;
            if (target == null) {
                target = wholeSource ? source.copy() : Buffer.buffer(bytes.length + 64);
                out = target;
            }
            return target;
        }

        /** What came through; null when nothing did. */
        @Nullable
        Buffer result() {
            return out != null ? out : wholeSource ? source : null;
        }
    }
}
