package io.sluice.provider;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.streams.ReadStream;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A provider's body: the client's stream, with the time of its last sign of life, and with failures in Sluice's words.
 * Ends once: by its end, or by one failure.
 */
final class UpstreamBody implements ReadStream<Buffer> {
    private final HttpClientResponse response;
    private final LongSupplier clock;
    private final Runnable atEnd;
    private final boolean endIsTold;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<@Nullable Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private boolean paused = true;
    private boolean ended;
    private @Nullable GatewayFailure early;
    private long aliveAtNanos;

    /**
     * Takes over a response.
     *
     * @param response paused by the caller
     * @param clock monotonic nanoseconds
     * @param opaque whether only HTTP says where it ends: then an end that is nothing but a closed connection is none
     * @param atEnd told once, at the end or the failure
     */
    UpstreamBody(HttpClientResponse response, LongSupplier clock, boolean opaque, Runnable atEnd) {
        this.response = response;
        this.clock = clock;
        this.atEnd = atEnd;
        this.endIsTold = !opaque || isFramed(response);
        this.aliveAtNanos = clock.getAsLong();
        response.handler(this::received);
        response.endHandler(v -> closed());
        response.exceptionHandler(cause -> fail(GatewayFailure.UpstreamFailure.of(
                GatewayFailure.UpstreamFailure.Kind.TRUNCATED, "The upstream connection broke during the answer.")));
    }

    /** Whether the protocol says where the body ends. */
    private static boolean isFramed(HttpClientResponse response) {
        return response.version() == HttpVersion.HTTP_2
                || response.headers().contains("content-length")
                || response.headers().contains("transfer-encoding");
    }

    private void closed() {
        if (endIsTold) {
            end();
        } else {
            fail(GatewayFailure.UpstreamFailure.of(
                    GatewayFailure.UpstreamFailure.Kind.TRUNCATED,
                    "The upstream closed the connection and did not say whether its answer was whole."));
        }
    }

    private void received(Buffer piece) {
        aliveAtNanos = clock.getAsLong();
        Handler<Buffer> h = handler;
        if (h != null && !ended) {
            h.handle(piece);
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            atEnd.run();
            if (endHandler != null) {
                endHandler.handle(null);
            }
        }
    }

    /** Ends the stream with a failure, if it has not ended; one that nobody listens for yet waits for the first resume. */
    void fail(GatewayFailure failure) {
        if (exceptionHandler == null) {
            early = failure;
        } else if (!ended) {
            ended = true;
            atEnd.run();
            exceptionHandler.handle(new GatewayException(failure));
        }
    }

    /** Forgets the stream without a word: its taker cancelled it. */
    void discard() {
        ended = true;
    }

    /** Since when nothing came although somebody listens; {@code now} while the taker holds the stream back. */
    long silentSinceNanos(long now) {
        return paused ? now : aliveAtNanos;
    }

    @Override
    public UpstreamBody handler(@Nullable Handler<Buffer> newHandler) {
        handler = newHandler;
        return this;
    }

    @Override
    public UpstreamBody endHandler(@Nullable Handler<@Nullable Void> newHandler) {
        endHandler = newHandler;
        return this;
    }

    @Override
    public UpstreamBody exceptionHandler(@Nullable Handler<Throwable> newHandler) {
        exceptionHandler = newHandler;
        return this;
    }

    @Override
    public UpstreamBody pause() {
        paused = true;
        response.pause();
        return this;
    }

    @Override
    public UpstreamBody resume() {
        if (early != null) {
            fail(early);
            return this;
        }
        if (paused) {
            paused = false;
            aliveAtNanos = clock.getAsLong();
        }
        response.resume();
        return this;
    }

    @Override
    public UpstreamBody fetch(long amount) {
        aliveAtNanos = clock.getAsLong();
        response.fetch(amount);
        return this;
    }
}
