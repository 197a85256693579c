package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.Notice;
import io.sluice.store.NoDatabase;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The live feed over the wire. */
class LiveApiTest {
    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Duration.ofSeconds(1));
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile Instant now = Instant.parse("2026-11-28T00:00:00Z");
    private int port;

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        AdminVerticle admin = new AdminVerticle(
                Admins.setup(Nodes.lanes(1), Revisions.of("r1", 1, "gpt-4o"), new NoDatabase(), () -> now));
        TestNode.await(vertx.deployVerticle(admin));
        port = admin.port();
    }

    @AfterEach
    void stop() {
        http.shutdownNow();
        TestNode.await(vertx.close());
    }

    /** What a client has read so far. */
    private record Stream(HttpResponse<?> head, List<String> lines, AtomicBoolean ended) {}

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/admin/v1" + path));
    }

    private Stream listen(String query, String header, String value) throws IOException, InterruptedException {
        HttpResponse<java.io.InputStream> answer = http.send(
                request("/live" + query)
                        .header(header, value)
                        .header("accept", "text/event-stream")
                        .build(),
                BodyHandlers.ofInputStream());
        Stream stream = new Stream(answer, new CopyOnWriteArrayList<>(), new AtomicBoolean());
        Thread.ofVirtual().start(() -> {
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                reader.lines().forEach(stream.lines::add);
            } catch (IOException | UncheckedIOException e) {
                // Cut: over as well.
                assertThat(e).isNotNull();
            }
            stream.ended.set(true);
        });
        return stream;
    }

    private Stream listen(String query) throws IOException, InterruptedException {
        return listen(query, "authorization", "Bearer " + Admins.TOKEN.reveal());
    }

    @Test
    void tellsTheTopicsThatAreWanted() throws Exception {
        Stream stream = listen("?topic=nodes&topic=notices");
        Await.until(() -> stream.lines.contains("event: nodes") && stream.lines.contains("event: notices"));
        bus.publish(
                Address.NOTICE_RAISED,
                new Notice(NoticeEvent.values()[0], "openai/<b>a", false, "It's \u202egone", List.of(), 0));

        assertThat(stream.head.statusCode()).isEqualTo(200);
        assertThat(stream.head.headers().firstValue("content-type")).hasValue("text/event-stream");
        Await.until(() -> stream.lines.stream().anyMatch(line -> line.contains("openai/<b>a")));
        assertThat(stream.lines).contains("retry: 2000").doesNotContain("event: pool", "event: overview");
    }

    @Test
    void refusesTopicsThatThereAreNot() throws Exception {
        assertThat(listen("?topic=secrets").head.statusCode()).isEqualTo(400);
    }

    @Test
    void endsWithTheSessionAndKeepsNobodySignedIn() throws Exception {
        HttpResponse<String> in = http.send(
                request("/session")
                        .header("authorization", "Bearer " + Admins.TOKEN.reveal())
                        .method("POST", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        String cookie = in.headers().firstValue("set-cookie").orElseThrow().replaceFirst(";.*", "");
        now = now.plus(Duration.ofMinutes(10));
        Stream stream = listen("?topic=nodes", "cookie", cookie);
        Await.until(() -> stream.lines.contains("event: nodes"));
        assertThat(stream.head.headers().firstValue("set-cookie")).isEmpty();

        now = now.plus(Duration.ofMinutes(20));

        Await.until(stream.ended::get);
        assertThat(listen("?topic=nodes", "cookie", cookie).head.statusCode()).isEqualTo(401);
    }
}
