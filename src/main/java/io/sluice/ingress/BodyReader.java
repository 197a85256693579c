package io.sluice.ingress;

import io.sluice.config.HttpBounds;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Reads one request body into memory: bounded in size, in time, and in what all bodies of the node hold together. The
 * memory is the caller's to give back ({@link EdgeLimits#releaseBody}) once the future has succeeded.
 */
final class BodyReader implements Timed {
    private static final int FIRST_BYTES = 4 * 1024;

    private final HttpBounds bounds;
    private final EdgeLimits limits;
    private final LongSupplier clock;
    private final Set<Timed> timed;
    private final Promise<byte[]> promise = Promise.promise();
    private final long startNanos;
    private long pieceNanos;
    private byte[] bytes;
    private int length;

    private BodyReader(HttpBounds bounds, EdgeLimits limits, LongSupplier clock, Set<Timed> timed, int firstBytes) {
        this.bounds = bounds;
        this.limits = limits;
        this.clock = clock;
        this.timed = timed;
        this.bytes = new byte[firstBytes];
        this.startNanos = clock.getAsLong();
        this.pieceNanos = startNanos;
    }

    /**
     * Reads the body of a request.
     *
     * @param request its body was not touched
     * @param bounds what it may cost
     * @param limits where its memory is counted
     * @param clock monotonic nanoseconds
     * @param timed the lane's sweep
     * @return the whole body; fails with {@link GatewayException}
     */
    static Future<byte[]> read(
            HttpServerRequest request, HttpBounds bounds, EdgeLimits limits, LongSupplier clock, Set<Timed> timed) {
        long announced = announced(request);
        if (announced > bounds.body()) {
            return Future.failedFuture(new GatewayException(tooLarge(bounds)));
        }
        int first = announced >= 0 ? (int) Math.min(announced, FIRST_BYTES) : FIRST_BYTES;
        BodyReader reader = new BodyReader(bounds, limits, clock, timed, first);
        return reader.start(request);
    }

    /** Length that the client announces; -1 when it does not. Netty has refused what is not a number. */
    static long announced(HttpServerRequest request) {
        String value = request.getHeader("content-length");
        try {
            return value == null ? -1 : Long.parseLong(value);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private Future<byte[]> start(HttpServerRequest request) {
        timed.add(this);
        request.exceptionHandler(cause -> fail(new GatewayFailure.ClientClosed()));
        request.handler(this::received);
        request.endHandler(v -> ended());
        String expect = request.getHeader("expect");
        if (expect != null) {
            request.response().writeContinue();
        }
        return promise.future();
    }

    private void received(Buffer piece) {
        if (promise.future().isComplete()) {
            return;
        }
        int more = piece.length();
        if (more > bounds.body() - length) {
            fail(tooLarge(bounds));
            return;
        }
        if (!limits.reserveBody(more)) {
            fail(new GatewayFailure.Overloaded("The gateway holds too many request bodies at the moment."));
            return;
        }
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, (int) Math.min(2L * bytes.length, bounds.body())));
        }
        piece.getBytes(0, more, bytes, length);
        length += more;
        pieceNanos = clock.getAsLong();
    }

    private void ended() {
        timed.remove(this);
        promise.tryComplete(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
    }

    private void fail(GatewayFailure failure) {
        timed.remove(this);
        if (promise.tryFail(new GatewayException(failure))) {
            limits.releaseBody(length);
            bytes = new byte[0];
        }
    }

    @Override
    public void check(long now) {
        long idle = bounds.bodyIdle().toNanos();
        boolean silent = now - pieceNanos > idle;
        long elapsed = now - startNanos;
        boolean crawling = elapsed > idle && length < bounds.bodyRate() * (elapsed / 1_000_000_000L);
        if (silent || crawling) {
            fail(new InvalidRequest(Kind.BODY_TOO_SLOW, "The request body did not arrive in time.", null, "timeout"));
        }
    }

    private static InvalidRequest tooLarge(HttpBounds bounds) {
        return new InvalidRequest(
                Kind.BODY_TOO_LARGE,
                "The request body is larger than " + bounds.body() + " bytes.",
                null,
                "request_too_large");
    }
}
