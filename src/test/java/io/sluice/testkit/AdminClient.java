package io.sluice.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a node's admin API. Blocks. */
public final class AdminClient implements AutoCloseable {
    private final HttpClient client;
    private final int port;
    private final String header;
    private final String credential;

    /**
     * An answer.
     *
     * @param answer as it came
     */
    public record Reply(HttpResponse<String> answer) {
        /** Status of HTTP. */
        public int status() {
            return answer.statusCode();
        }

        /** The body. */
        public String text() {
            return answer.body();
        }

        /** The body as an object. */
        public JsonObject json() {
            return new JsonObject(answer.body());
        }

        /** A header; null when it is not there. */
        public @Nullable String header(String name) {
            return answer.headers().firstValue(name).orElse(null);
        }
    }

    /** A client of a node on this machine. */
    public AdminClient(int port, String token) {
        this(HttpClient.newHttpClient(), port, "authorization", "Bearer " + token);
    }

    private AdminClient(HttpClient client, int port, String header, String credential) {
        this.client = client;
        this.port = port;
        this.header = header;
        this.credential = credential;
    }

    /** The same node, asked by somebody else. */
    public AdminClient as(String other) {
        return new AdminClient(client, port, "authorization", "Bearer " + other);
    }

    /** The same node, asked by a browser with this cookie. */
    public AdminClient cookie(String cookie) {
        return new AdminClient(client, port, "cookie", cookie);
    }

    /** Reads a path behind {@code /admin/v1}. */
    public Reply get(String path) {
        return send("GET", path, null);
    }

    /** Posts JSON. */
    public Reply post(String path, String body, String... headers) {
        return send("POST", path, body, headers);
    }

    /** Deletes what has an ETag; null for none. */
    public Reply delete(String path, @Nullable String etag) {
        return etag == null ? send("DELETE", path, null) : send("DELETE", path, null, "if-match", etag);
    }

    /** Sends anything. */
    public Reply send(String method, String path, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/admin/v1" + path))
                .timeout(Duration.ofSeconds(20))
                .header(header, credential)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("content-type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return new Reply(client.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(method + " " + path, e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
