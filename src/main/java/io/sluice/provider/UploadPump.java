package io.sluice.provider;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Timeouts;
import io.sluice.message.Upload;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.streams.ReadStream;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Sends a client's form to a provider as fast as it takes it, and no faster. Used on the lane's event loop. */
final class UploadPump {
    private static final int WRITE_QUEUE = 64 * 1024;

    private final HttpClientRequest target;
    private final ReadStream<Buffer> form;
    private final LongSupplier clock;
    private final Promise<Void> sent = Promise.promise();
    private final Promise<Void> firstLeft = Promise.promise();
    private boolean begun;
    private boolean over;
    private long stalledSinceNanos;
    private boolean stalled;

    private UploadPump(HttpClientRequest target, ReadStream<Buffer> form, LongSupplier clock) {
        this.target = target;
        this.form = form;
        this.clock = clock;
    }

    /**
     * A pump that has sent nothing yet.
     *
     * @param target its head is set but for the body's length
     * @param upload the form
     * @param model what the provider calls the model
     * @param clock monotonic nanoseconds
     */
    static UploadPump of(HttpClientRequest target, Upload upload, String model, LongSupplier clock) {
        long length = upload.length(model);
        if (length < 0) {
            target.setChunked(true);
        } else {
            target.putHeader("content-length", Long.toString(length));
        }
        return new UploadPump(target, upload.open(model), clock);
    }

    /** What a pump that failed fails its call with. */
    static GatewayFailure failureOf(Throwable cause) {
        return cause instanceof GatewayException expected ? expected.failure() : new GatewayFailure.Internal();
    }

    /**
     * Begins; the first piece is written in this turn.
     *
     * @return done when all is sent; failed with the client's fault
     */
    Future<Void> start() {
        target.setWriteQueueMaxSize(WRITE_QUEUE);
        form.handler(this::send);
        form.endHandler(v -> {
            over = true;
            Future<Void> ended = target.end();
            begun(ended);
            sent.tryComplete();
        });
        form.exceptionHandler(cause -> {
            over = true;
            sent.tryFail(cause);
        });
        form.resume();
        return sent.future();
    }

    private void send(Buffer piece) {
        if (over) {
            return;
        }
        begun(target.write(piece));
        if (target.writeQueueFull()) {
            form.pause();
            stalled = true;
            stalledSinceNanos = clock.getAsLong();
            target.drainHandler(v -> {
                stalled = false;
                if (!over) {
                    form.resume();
                }
            });
        }
    }

    private void begun(Future<Void> written) {
        if (!begun) {
            begun = true;
            written.onComplete(done -> firstLeft.tryComplete());
        }
    }

    /** Done when the request's head has left. */
    Future<Void> firstLeft() {
        return firstLeft.future();
    }

    /** Whether nothing more will be sent, because all was or the client failed. */
    boolean isOver() {
        return over;
    }

    /**
     * Whether it takes too long: a provider that takes nothing, or all of it. A client that is slow is looked after where
     * it sends.
     *
     * @param now monotonic nanoseconds
     * @param startNanos when the attempt began
     * @return null while it may go on
     */
    @Nullable
    GatewayFailure check(long now, long startNanos, Timeouts timeouts) {
        if (over) {
            return null;
        }
        if (stalled && now - stalledSinceNanos > timeouts.idle().toNanos()) {
            return UpstreamFailure.of(Kind.HEAD_TIMEOUT, "The upstream does not take the upload.");
        }
        return now - startNanos > timeouts.total().toNanos()
                ? new GatewayFailure.DeadlineExceeded("The upload took longer than the gateway allows.")
                : null;
    }

    /** Sends nothing more. */
    void stop() {
        if (!over) {
            over = true;
            form.pause();
        }
    }
}
