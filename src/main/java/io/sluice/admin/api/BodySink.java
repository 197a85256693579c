package io.sluice.admin.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.function.Supplier;

/** Takes the body of an answer piece by piece, as fast as the client reads. Used on the admin verticle's context. */
public final class BodySink {
    private static final int QUEUE = 256 * 1024;

    private final Vertx vertx;
    private final HttpServerResponse response;

    BodySink(Vertx vertx, HttpServerResponse response) {
        this.vertx = vertx;
        this.response = response.setWriteQueueMaxSize(QUEUE);
    }

    /**
     * Writes pieces until there are no more. A loop of {@code compose} would do the same for some hundred pieces, and run out
     * of stack behind that.
     *
     * @param pieces gives the next piece, some KiB at best, when there is room for it; empty at the end
     * @return when all are written; fails when a piece does, or the client has gone
     */
    public Future<Void> write(Supplier<Future<Optional<Buffer>>> pieces) {
        Promise<Void> all = Promise.promise();
        next(pieces, all);
        return all.future();
    }

    private void next(Supplier<Future<Optional<Buffer>>> pieces, Promise<Void> all) {
        if (isClosed()) {
            all.fail(new ClientGone());
            return;
        }
        pieces.get().onFailure(all::fail).onSuccess(piece -> {
            if (piece.isEmpty()) {
                all.complete();
                return;
            }
            Future<Void> written = response.write(piece.get());
            if (response.writeQueueFull()) {
                // A client that reads nothing is ended by the idle timeout of its connection, which fails the write.
                written.onFailure(all::fail).onSuccess(taken -> vertx.runOnContext(again -> next(pieces, all)));
            } else {
                vertx.runOnContext(again -> next(pieces, all));
            }
        });
    }

    /** Whether the client has gone. */
    public boolean isClosed() {
        return response.closed();
    }

    /** The client reads no more. */
    static final class ClientGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClientGone() {
            super("the client has gone", null, false, false);
        }
    }
}
