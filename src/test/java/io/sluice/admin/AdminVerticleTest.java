package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.ReadinessChanged;
import io.sluice.message.ReloadFailed;
import io.sluice.message.RevisionChanged;
import io.sluice.store.NoDatabase;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminVerticleTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = vertx.createHttpClient();
    private final NetClient sockets = vertx.createNetClient();
    private final Bus bus = new Bus(vertx, Duration.ofSeconds(1));
    private int port;

    @BeforeEach
    void codecs() {
        MessageCodecs.registerAll(vertx.eventBus());
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void isNotReadyUntilTold() throws Exception {
        start(null);

        Reply starting = get("/health/ready");
        bus.publish(Address.READINESS_CHANGED, new ReadinessChanged(true, ""));
        Await.until(() -> readiness() == 200);
        bus.publish(Address.READINESS_CHANGED, new ReadinessChanged(false, "draining"));
        Await.until(() -> readiness() == 503);
        Reply draining = get("/health/ready");

        assertThat(starting.status).isEqualTo(503);
        assertThat(starting.json().getString("reason")).isEqualTo("starting");
        assertThat(draining.json().getString("reason")).isEqualTo("draining");
    }

    @Test
    void isLiveWhileEveryLaneAnswers() throws Exception {
        start(null);
        bus.serve(Address.heartbeat(0), Future::succeededFuture);
        Reply half = get("/health/live");

        bus.serve(Address.heartbeat(1), Future::succeededFuture);
        Reply whole = get("/health/live");

        assertThat(half.status).isEqualTo(503);
        assertThat(whole.status).isEqualTo(200);
        assertThat(whole.json().getString("status")).isEqualTo("live");
    }

    @Test
    void showsMetrics() throws Exception {
        start(null);

        Reply reply = get("/metrics");

        assertThat(reply.status).isEqualTo(200);
        assertThat(reply.header("content-type")).startsWith("text/plain; version=0.0.4");
        assertThat(reply.body).isEqualTo("a_meter 1\n");
    }

    @Test
    void showsTheRevisionAndTheLastErrorsButNoSecret() throws Exception {
        start(null);

        JsonObject first = config().json();
        bus.publish(
                Address.RELOAD_FAILED,
                new ReloadFailed(List.of("gateway.yaml:3: nonsense"), List.of("gateway.yaml:3")));
        JsonObject bad = config().json();
        bus.publish(Address.REVISION_CHANGED, new RevisionChanged(Revisions.of("r2", 1, "gpt-4o")));
        Reply good = config();

        assertThat(first.getString("revision")).isEqualTo("r1");
        assertThat(first.getString("since")).isEqualTo("2026-11-24T00:00:00Z");
        assertThat(first.getString("version")).isEqualTo("1.2.3");
        assertThat(bad.getString("revision")).isEqualTo("r1");
        assertThat(bad.getJsonArray("errors")).isEqualTo(new JsonArray().add("gateway.yaml:3: nonsense"));
        assertThat(good.json().getString("revision")).isEqualTo("r2");
        assertThat(good.json().getJsonArray("errors")).isEmpty();
        assertThat(good.body).doesNotContain("CANARY");
        JsonObject difference = call(HttpMethod.GET, "/admin/v1/config/diff", null, "Bearer " + Admins.TOKEN.reveal())
                .json();
        assertThat(difference.getString("before")).isEqualTo("r1");
        assertThat(difference.getJsonArray("changes").getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("path", "revision")
                        .put("before", "r1")
                        .put("after", "r2"));
    }

    @Test
    void answersErrorsAsJsonAndSafely() throws Exception {
        start(null);

        Reply unknown = get("/nothing");
        Reply wrongMethod = call(HttpMethod.POST, "/metrics", null, null);

        assertThat(unknown.status).isEqualTo(404);
        assertThat(unknown.json().getJsonObject("error").getString("message")).isNotEmpty();
        assertThat(unknown.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(unknown.header("cache-control")).isEqualTo("no-store");
        assertThat(unknown.header("content-security-policy")).contains("default-src 'none'");
        assertThat(wrongMethod.status).isEqualTo(405);
        assertThat(wrongMethod.header("allow")).isEqualTo("GET");
        assertThat(wrongMethod.json().getJsonObject("error").getString("message"))
                .isNotEmpty();
    }

    @Test
    void adminNeedsTheTokenHealthDoesNot() throws Exception {
        start(Secret.of("CANARY-token"));

        assertThat(get("/admin/v1/config").status).isEqualTo(401);
        assertThat(get("/admin/v1/config").header("www-authenticate")).isEqualTo("Bearer");
        assertThat(call(HttpMethod.GET, "/admin/v1/config", null, "Bearer CANARY-tokeN").status)
                .isEqualTo(401);
        assertThat(call(HttpMethod.GET, "//admin/v1/config", null, null).status).isNotEqualTo(200);
        assertThat(call(HttpMethod.GET, "/x/../admin/v1/config", null, null).status)
                .isNotEqualTo(200);
        assertThat(call(HttpMethod.GET, "/admin/v1/config", null, "Bearer CANARY-token").status)
                .isEqualTo(200);
        assertThat(get("/health/ready").status).isEqualTo(503);
        assertThat(get("/metrics").status).isEqualTo(200);
    }

    /** Whoever reaches loopback may be anybody's page or process. */
    @Test
    void loopbackAloneIsNoRight() throws Exception {
        start(null);

        assertThat(get("/admin/v1/config").status).isEqualTo(401);
        assertThat(config().status).isEqualTo(200);
    }

    @Test
    void refusesForeignHostsWithoutAToken() throws Exception {
        start(null);

        assertThat(call(HttpMethod.GET, "/metrics", "evil.example:8081", null).status)
                .isEqualTo(421);
        assertThat(call(HttpMethod.GET, "/metrics", "localhost:8081", null).status)
                .isEqualTo(200);
    }

    @Test
    void refusesMalformedHostsAndTargets() throws Exception {
        start(null);

        assertThat(raw("GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: x/../admin?a=\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw("GET http://evil/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 4");
    }

    private void start(@Nullable Secret token) throws Exception {
        AdminVerticle admin = new AdminVerticle(Admins.setup(
                Nodes.admin(token, null),
                Revisions.of("r1", 1, "gpt-4o"),
                new NoDatabase(),
                () -> Instant.parse("2026-11-24T00:00:00Z")));
        await(vertx.deployVerticle(admin));
        port = admin.port();
    }

    private Reply get(String path) throws Exception {
        return call(HttpMethod.GET, path, null, null);
    }

    private Reply config() throws Exception {
        return call(HttpMethod.GET, "/admin/v1/config", null, "Bearer " + Admins.TOKEN.reveal());
    }

    private Reply call(HttpMethod method, String path, @Nullable String host, @Nullable String authorization)
            throws Exception {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI(path);
        if (host != null) {
            options.putHeader("host", host);
        }
        if (authorization != null) {
            options.putHeader("authorization", authorization);
        }
        return await(http.request(options).compose(request -> request.send()).compose(response -> response.body()
                .map(body -> new Reply(response, body))));
    }

    private String raw(String request) throws Exception {
        NetSocket socket = await(sockets.connect(port, "127.0.0.1"));
        Buffer answer = Buffer.buffer();
        var end = io.vertx.core.Promise.<Void>promise();
        socket.handler(answer::appendBuffer).closeHandler(end::complete);
        await(socket.write(request));
        await(end.future());
        return answer.toString();
    }

    private int readiness() {
        return TestNode.await(http.request(HttpMethod.GET, port, "127.0.0.1", "/health/ready")
                .compose(request -> request.send())
                .compose(response -> response.body().map(body -> response.statusCode())));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    private static final class Reply {
        private final HttpClientResponse response;
        final int status;
        final String body;

        Reply(HttpClientResponse response, Buffer body) {
            this.response = response;
            this.status = response.statusCode();
            this.body = body.toString();
        }

        String header(String name) {
            return String.valueOf(response.getHeader(name));
        }

        JsonObject json() {
            return new JsonObject(body);
        }
    }
}
