package io.sluice.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.HttpBounds;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.form.FormBoundary;
import io.sluice.domain.form.FormFilter;
import io.sluice.message.Upload;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.streams.ReadStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A form that a client sends: read up to its first file, then let through as the provider takes it. Its beginning is kept,
 * so that it can be sent again as long as nothing beyond was sent.
 *
 * <pre>
 *  READING ─▶ WAITING ─open─▶ GIVING ─▶ ENDED
 *                 ▲              │
 *                 └── another open, while only the kept beginning was given
 * </pre>
 *
 * Used on the lane's event loop.
 */
final class ClientUpload implements Upload, Timed {
    private static final int FIRST_BYTES = 4 * 1024;
    private static final long HTTP2_NO_ERROR = 0;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final HttpServerRequest request;
    private final ExchangeServices services;
    private final HttpBounds bounds;
    private final String boundary;
    private final long announced;
    private final FormFilter reading;
    private final Promise<ClientUpload> ready = Promise.promise();
    private byte[] kept = new byte[FIRST_BYTES];
    private int keptBytes;
    private long received;
    private boolean ended;
    private boolean replayable = true;
    private boolean closed;
    private @Nullable GivenForm given;
    private long pieceNanos;
    private long listeningNanos;
    private long listenedNanos;
    private boolean listening;

    /**
     * An upload of which nothing was read.
     *
     * @param request its body was not touched
     * @param services what the lane's exchanges share
     * @throws GatewayException when its head is wrong, or announces too much
     */
    ClientUpload(HttpServerRequest request, ExchangeServices services) {
        this.request = request;
        this.services = services;
        this.bounds = services.bounds();
        this.boundary = FormBoundary.of(request.getHeader("content-type"));
        this.announced = BodyReader.announced(request);
        this.reading = new FormFilter(boundary, null);
        if (announced > bounds.upload()) {
            throw new GatewayException(tooLarge());
        }
    }

    /**
     * Reads the form's beginning: to its first file, to its end, or to as much as is kept.
     *
     * @return itself, paused; fails with {@link GatewayException}
     */
    Future<ClientUpload> read() {
        services.timed().add(this);
        request.exceptionHandler(cause -> fail(new GatewayFailure.ClientClosed()));
        request.handler(this::keep);
        request.endHandler(v -> whole());
        listen();
        if (request.getHeader("expect") != null) {
            request.response().writeContinue();
        }
        return ready.future();
    }

    private void keep(Buffer piece) {
        if (ready.future().isComplete()) {
            return;
        }
        int more = piece.length();
        if (!count(more)) {
            return;
        }
        if (!append(piece)) {
            fail(new GatewayFailure.Overloaded("The gateway holds too many request bodies at the moment."));
            return;
        }
        try {
            reading.feed(piece.getBytes(), (source, from, to) -> {});
        } catch (GatewayException e) {
            fail(e.failure());
            return;
        }
        boolean known = reading.model() != null || request.getHeader(FormEndpoint.MODEL_HEADER) != null;
        if (known && reading.fileBegan() || keptBytes >= bounds.uploadKept()) {
            request.pause();
            unlisten();
            ready.complete(this);
        }
    }

    /** Keeps a piece; false when the node has no memory for it. */
    private boolean append(Buffer piece) {
        int more = piece.length();
        if (!services.limits().reserveBody(more)) {
            return false;
        }
        if (keptBytes + more > kept.length) {
            kept = Arrays.copyOf(kept, Math.max(keptBytes + more, 2 * kept.length));
        }
        piece.getBytes(0, more, kept, keptBytes);
        keptBytes += more;
        return true;
    }

    private void whole() {
        if (ready.future().isComplete()) {
            return;
        }
        try {
            reading.end();
        } catch (GatewayException e) {
            fail(e.failure());
            return;
        }
        ended = true;
        unlisten();
        ready.complete(this);
    }

    /** Counts what came; false when it is too much, and the upload has failed. */
    private boolean count(int more) {
        received += more;
        pieceNanos = services.clock().getAsLong();
        if (received > bounds.upload()) {
            fail(tooLarge());
            return false;
        }
        return true;
    }

    private InvalidRequest tooLarge() {
        return new InvalidRequest(
                Kind.BODY_TOO_LARGE,
                "The upload is larger than " + bounds.upload() + " bytes.",
                null,
                "request_too_large");
    }

    private void fail(GatewayFailure failure) {
        GivenForm taker = given;
        if (ready.tryFail(new GatewayException(failure))) {
            close();
        } else if (taker != null) {
            taker.fail(failure);
        }
    }

    /** What was read of the form so far. */
    FormFilter form() {
        GivenForm taker = given;
        return taker == null ? reading : taker.filter;
    }

    /** Whether all of it has come. */
    boolean isEnded() {
        return ended;
    }

    /** Bytes that it has or will have, as far as is known. */
    long size() {
        return Math.max(announced, received);
    }

    /** Bytes that it keeps in memory. */
    int keptBytes() {
        return keptBytes;
    }

    @Override
    public String contentType() {
        return FormBoundary.contentType(boundary);
    }

    @Override
    public long length(String upstreamModel) {
        String model = reading.model();
        long length = ended ? received : announced;
        return length < 0 || model == null ? -1 : length - bytes(model) + bytes(upstreamModel);
    }

    private static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }

    @Override
    public boolean isReplayable() {
        return replayable;
    }

    @Override
    public ReadStream<Buffer> open(String upstreamModel) {
        if (!replayable || closed) {
            throw new IllegalStateException("the upload's beginning is gone");
        }
        GivenForm form = new GivenForm(this, new FormFilter(boundary, upstreamModel));
        given = form;
        return form;
    }

    /** The kept beginning. */
    byte[] beginning() {
        return Arrays.copyOf(kept, keptBytes);
    }

    /** The taker wants more than the kept beginning. */
    void resume(GivenForm taker) {
        if (taker != given || closed) {
            return;
        }
        request.handler(piece -> {
            if (count(piece.length())) {
                if (replayable && (keptBytes + piece.length() > bounds.uploadKept() || !append(piece))) {
                    forget();
                }
                taker.give(piece.getBytes());
            }
        });
        request.endHandler(v -> {
            ended = true;
            unlisten();
            taker.end();
        });
        listen();
        request.resume();
    }

    /** The taker has enough for now. */
    void pause(GivenForm taker) {
        if (taker == given && !closed && !ended) {
            unlisten();
            request.pause();
        }
    }

    private void listen() {
        if (!listening) {
            listening = true;
            listeningNanos = services.clock().getAsLong();
            pieceNanos = listeningNanos;
        }
    }

    private void unlisten() {
        if (listening) {
            listening = false;
            listenedNanos += services.clock().getAsLong() - listeningNanos;
        }
    }

    /** Only time in which the gateway listened is the client's. */
    @Override
    public void check(long now) {
        if (!listening || ended) {
            return;
        }
        long idle = bounds.bodyIdle().toNanos();
        long elapsed = listenedNanos + now - listeningNanos;
        boolean crawling = elapsed > idle && received < bounds.bodyRate() * (elapsed / NANOS_PER_SECOND);
        if (now - pieceNanos > idle || crawling) {
            fail(new InvalidRequest(Kind.BODY_TOO_SLOW, "The upload did not arrive in time.", null, "timeout"));
        }
    }

    /** Nothing will be sent again: what is kept goes. */
    void forget() {
        replayable = false;
        services.limits().releaseBody(keptBytes);
        keptBytes = 0;
        kept = new byte[0];
    }

    /**
     * The request is answered, whatever of it is still to come: a bounded rest is read, so that the connection can go on, and
     * then it is cut off.
     */
    void discard() {
        if (ended) {
            return;
        }
        long[] left = {Answers.MOST_DISCARDED};
        request.handler(piece -> {
            left[0] -= piece.length();
            if (left[0] < 0 && request.version() == HttpVersion.HTTP_2) {
                request.response().reset(HTTP2_NO_ERROR);
            } else if (left[0] < 0) {
                request.connection().close();
            }
        });
        request.endHandler(v -> {});
        request.resume();
    }

    /**
     * Ends it: what is kept goes. What a client of HTTP/1 still sends is the answer's to deal with; on HTTP/2 it would hold
     * up the connection's other streams.
     */
    void close() {
        if (!closed) {
            closed = true;
            unlisten();
            services.timed().remove(this);
            forget();
            if (request.version() == HttpVersion.HTTP_2) {
                discard();
            }
        }
    }
}
