package io.sluice.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.util.function.Supplier;

/**
 * One event loop that carries all of a command's requests, so that what they record needs no lock. Commands wait for it
 * on the main thread.
 */
final class Loop implements AutoCloseable {
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
    private final Context context = vertx.getOrCreateContext();

    Vertx vertx() {
        return vertx;
    }

    /**
     * A client of this loop, with keep-alive.
     *
     * @param connections most connections it opens
     */
    HttpClient client(int connections) {
        return vertx.createHttpClient(
                new HttpClientOptions().setTcpNoDelay(true), new PoolOptions().setHttp1MaxSize(connections));
    }

    /** Runs a task on the loop, later. */
    void execute(Runnable task) {
        context.runOnContext(turn -> task.run());
    }

    /** Runs a task on the loop and waits, on another thread, until its future is complete. */
    <T> T await(Supplier<Future<T>> task) throws Exception {
        Promise<T> done = Promise.promise();
        context.runOnContext(turn -> task.get().onComplete(done));
        return done.future().toCompletionStage().toCompletableFuture().get();
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }
}
