package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A plain HTTP client for the tests' own thread. */
final class SimulatorClient {
    private final HttpClient http;
    private final int port;

    SimulatorClient(Vertx vertx, int port) {
        this.http = vertx.createHttpClient();
        this.port = port;
    }

    /**
     * One answer.
     *
     * @param status HTTP status; 0 when there was no head
     * @param headers response headers
     * @param body bytes that came
     * @param failure why the answer did not end as HTTP wants; null when it did
     */
    record Reply(
            int status,
            MultiMap headers,
            String body,
            @Nullable Throwable failure) {
        JsonNode json() throws Exception {
            return Json.read(body.getBytes(StandardCharsets.UTF_8));
        }

        /** The data of each event. */
        List<String> events() {
            List<String> events = new ArrayList<>();
            for (String event : body.split("\n\n")) {
                events.add(event.substring("data: ".length()));
            }
            return events;
        }
    }

    Reply post(String credential, String uri, String body) throws Exception {
        return await(send(HttpMethod.POST, uri, bearer(credential), body));
    }

    Reply chat(String credential, String more) throws Exception {
        return post(credential, "/v1/chat/completions", chatBody(more));
    }

    static String chatBody(String more) {
        return "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello you\"}]" + more + "}";
    }

    static MultiMap bearer(String credential) {
        return MultiMap.caseInsensitiveMultiMap()
                .add("authorization", "Bearer " + credential)
                .add("content-type", "application/json");
    }

    static MultiMap apiKey(String credential) {
        return MultiMap.caseInsensitiveMultiMap().add("api-key", credential).add("content-type", "application/json");
    }

    JsonNode control(HttpMethod method, String uri, String body) throws Exception {
        Reply reply = await(send(method, uri, MultiMap.caseInsensitiveMultiMap(), body));
        if (reply.status() != 200) {
            throw new AssertionError(reply);
        }
        return reply.json();
    }

    void script(String credential, String json) throws Exception {
        control(HttpMethod.PUT, "/sim/credentials/" + credential, json);
    }

    JsonNode oracle(String credential) throws Exception {
        return control(HttpMethod.GET, "/oracle", "").path("credentials").path(credential);
    }

    /** Opens a request and leaves the response, paused, to the caller. */
    Future<HttpClientResponse> open(String uri, MultiMap headers, String body) {
        return http.request(HttpMethod.POST, port, "127.0.0.1", uri).compose(request -> {
            request.headers().addAll(headers);
            return request.send(body).onSuccess(HttpClientResponse::pause);
        });
    }

    Future<Reply> send(HttpMethod method, String uri, MultiMap headers, String body) {
        MultiMap none = MultiMap.caseInsensitiveMultiMap();
        return http.request(method, port, "127.0.0.1", uri)
                .compose(request -> exchange(request, headers, body))
                .otherwise(failure -> new Reply(0, none, "", failure));
    }

    private static Future<Reply> exchange(HttpClientRequest request, MultiMap headers, String body) {
        request.headers().addAll(headers);
        return request.send(body).compose(response -> {
            Buffer received = Buffer.buffer();
            Promise<Reply> reply = Promise.promise();
            response.handler(received::appendBuffer);
            response.exceptionHandler(failure -> reply.tryComplete(
                    new Reply(response.statusCode(), response.headers(), received.toString(), failure)));
            response.endHandler(end ->
                    reply.tryComplete(new Reply(response.statusCode(), response.headers(), received.toString(), null)));
            return reply.future();
        });
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.await(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    /** Whether nothing comes in a short time. */
    static boolean silent(Future<?> future) throws Exception {
        try {
            future.await(150, TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException e) {
            return true;
        }
    }
}
