package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.form.FormFilter;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** One giving out of an upload: its kept beginning, then what the client sends, filtered. Ends once. */
final class GivenForm implements ReadStream<Buffer> {
    final FormFilter filter;

    private final ClientUpload upload;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<@Nullable Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private boolean begun;
    private boolean paused = true;
    private boolean over;

    /**
     * Nothing was given.
     *
     * @param upload whose
     * @param filter puts the provider's name of the model into it
     */
    GivenForm(ClientUpload upload, FormFilter filter) {
        this.upload = upload;
        this.filter = filter;
    }

    /** A piece of the client's. */
    void give(byte[] piece) {
        if (over) {
            return;
        }
        Buffer out = Buffer.buffer(piece.length + 64);
        try {
            filter.feed(piece, (source, from, to) -> out.appendBytes(source, from, to - from));
        } catch (GatewayException e) {
            fail(e.failure());
            return;
        }
        Handler<Buffer> taker = handler;
        if (taker != null && out.length() > 0) {
            taker.handle(out);
        }
    }

    /** The client has sent all. */
    void end() {
        if (over) {
            return;
        }
        try {
            filter.end();
        } catch (GatewayException e) {
            fail(e.failure());
            return;
        }
        over = true;
        Handler<@Nullable Void> taker = endHandler;
        if (taker != null) {
            taker.handle(null);
        }
    }

    /** It will not be whole. */
    void fail(GatewayFailure failure) {
        if (!over) {
            over = true;
            Handler<Throwable> taker = exceptionHandler;
            if (taker != null) {
                taker.handle(new GatewayException(failure));
            }
        }
    }

    @Override
    public GivenForm resume() {
        if (over || !paused) {
            return this;
        }
        paused = false;
        if (!begun) {
            begun = true;
            give(upload.beginning());
            if (upload.isEnded()) {
                end();
                return this;
            }
        }
        if (!paused && !over) {
            upload.resume(this);
        }
        return this;
    }

    @Override
    public GivenForm pause() {
        if (!paused) {
            paused = true;
            upload.pause(this);
        }
        return this;
    }

    @Override
    public GivenForm fetch(long amount) {
        return amount > 0 ? resume() : this;
    }

    @Override
    public GivenForm handler(@Nullable Handler<Buffer> newHandler) {
        handler = newHandler;
        return this;
    }

    @Override
    public GivenForm endHandler(@Nullable Handler<@Nullable Void> newHandler) {
        endHandler = newHandler;
        return this;
    }

    @Override
    public GivenForm exceptionHandler(@Nullable Handler<Throwable> newHandler) {
        exceptionHandler = newHandler;
        return this;
    }
}
