package io.sluice.oracle;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;

/** Chats over so many connections, each as fast as its answers come. One event loop. */
final class ClosedLoad implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 64;
    private static final String BODY =
            "{\"model\":\"chat\",\"max_tokens\":40,\"messages\":[{\"role\":\"user\",\"content\":\"Say a few words\"}]}";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient http =
            vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
    private final int port;

    /** Load for one node. */
    ClosedLoad(int port) {
        this.port = port;
    }

    /** One stretch. */
    private final class Stretch {
        private final Promise<Double> done = Promise.promise();
        private final long begin = System.nanoTime();
        private final long end;
        private long answered;
        private int running;

        private Stretch(int connections, Duration length) {
            end = begin + length.toNanos();
            running = connections;
        }

        private void next() {
            if (System.nanoTime() - end >= 0) {
                if (--running == 0) {
                    done.complete(answered * 1e9 / (System.nanoTime() - begin));
                }
                return;
            }
            http.request(HttpMethod.POST, port, "127.0.0.1", "/v1/chat/completions")
                    .compose(request -> request.putHeader(
                                    "authorization",
                                    "Bearer " + OpenLoad.KEYS.getFirst().credential())
                            .putHeader("content-type", "application/json")
                            .send(BODY))
                    .compose(response -> response.body().map(body -> response.statusCode()))
                    .onSuccess(status -> {
                        if (status == 200) {
                            answered++;
                            next();
                        } else {
                            done.tryFail("status " + status);
                        }
                    })
                    .onFailure(done::tryFail);
        }
    }

    /** Answers a second; fails when one is not a 200. */
    double perSecond(int connections, Duration length) {
        Promise<Double> result = Promise.promise();
        vertx.runOnContext(v -> {
            Stretch stretch = new Stretch(connections, length);
            stretch.done.future().onComplete(result);
            for (int i = 0; i < connections; i++) {
                stretch.next();
            }
        });
        return result.future().await();
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
