package io.sluice.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.TestNode;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A server that webhooks are posted to; answers as it is told, and keeps what it got. */
final class TestHook {
    private final List<Got> got = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile Consumer<HttpServerRequest> answer =
            request -> request.response().end("{\"code\":0,\"errcode\":0}");

    /** A request. */
    record Got(String uri, MultiMap headers, byte[] body) {
        JsonNode json() {
            try {
                return new ObjectMapper().readTree(body);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    TestHook(Vertx vertx) {
        server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    got.add(new Got(request.uri(), request.headers(), body.getBytes()));
                    answer.accept(request);
                }));
        TestNode.await(server.listen(0, "127.0.0.1"));
    }

    TestHook answers(Consumer<HttpServerRequest> next) {
        answer = next;
        return this;
    }

    TestHook answers(int status, String body) {
        return answers(request -> request.response().setStatusCode(status).end(body));
    }

    int port() {
        return server.actualPort();
    }

    List<Got> got() {
        return got;
    }

    void close() {
        TestNode.await(server.close());
    }
}
