package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoreServer;
import io.sluice.disk.PrivateFiles;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.AdminClient;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.NodeProcess;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of the jar in one cluster with one database: what is managed at one of them counts at the other. */
class ManagedClusterIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String OWNER = "an-owner-of-both-nodes-0123456789";
    private static final String MASTER = Base64.getEncoder().encodeToString(new byte[] {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
        31, 32
    });

    @TempDir
    Path dir;

    private final HttpClient client = HttpClient.newHttpClient();

    private NodeProcess start(String name, StoreServer database, String members) {
        try {
            Path home = Files.createDirectories(dir.resolve(name));
            String node = """
                    node: { name: %s }
                    store: { url: %s, master-key: %s }
                    admin: { token: %s }
                    cluster: { name: %s, members: { %s } }
                    drain: 1s
                    """.formatted(
                            name,
                            secret(home, "database", TestPostgres.url(database)),
                            secret(home, "master", MASTER),
                            secret(home, "admin", OWNER),
                            secret(home, "cluster", "cluster-of-this-test-0123456789-0123456789"),
                            members);
            return NodeProcess.startWith(home, node, "channels: []\nallow-empty: true\n");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String secret(Path home, String name, String text) throws IOException {
        Path file = Files.createDirectories(home.resolve("config")).resolve(name);
        Files.writeString(Files.createFile(file, PrivateFiles.file(file)), text);
        return "\"${file:" + name + "}\"";
    }

    private int chat(NodeProcess node, String key) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.baseUrl() + "/chat/completions"))
                .timeout(Duration.ofSeconds(30))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"o\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Milliseconds until it is so. */
    private static long until(BooleanSupplier so) throws InterruptedException {
        long begun = System.nanoTime();
        NodeProcess.await(SOON, so);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    @Test
    @Tag("proof")
    void whatOneNodeIsToldCountsOnTheOther() throws Exception {
        StoreServer database = TestPostgres.freshDatabase();
        String members = "a: \"127.0.0.1:" + FreePort.next() + "\", b: \"127.0.0.1:" + FreePort.next() + "\"";
        // Neither is ready without the other.
        CompletableFuture<NodeProcess> other = CompletableFuture.supplyAsync(() -> start("b", database, members));
        try (SimulatedProvider provider = SimulatedProvider.start(SimulatorOptions.onPort(FreePort.next()));
                NodeProcess a = start("a", database, members);
                NodeProcess b = other.get();
                AdminClient first = new AdminClient(a.adminPort(), OWNER);
                AdminClient second = new AdminClient(b.adminPort(), OWNER)) {
            NodeProcess.await(SOON, () -> first.get("/openapi.json").status() == 200);
            NodeProcess.await(SOON, () -> second.get("/openapi.json").status() == 200);

            String key = first.post("/keys", "{\"name\":\"app\"}").json().getString("key");
            assertThat(first.post("/channels", """
                            {"name":"stored","type":"openai","base-url":"http://127.0.0.1:%d/v1","allow-private":true,
                             "accounts":[{"name":"x","key":"upstream-0123456789"}],"models":{"o":{}}}""".formatted(provider.port())).status())
                    .isEqualTo(201);
            long created = until(() -> chat(b, key) == 200);
            assertThat(until(() -> chat(a, key) == 200)).isNotNegative();
            assertThat(second.get("/channels/stored").json().getString("state")).isEqualTo("in-force");

            assertThat(first.send("POST", "/keys/app/revoke", null, "if-match", "*")
                            .status())
                    .isEqualTo(200);
            long revoked = until(() -> chat(b, key) == 401);
            assertThat(chat(a, key)).isEqualTo(401);

            String next = second.post("/keys", "{\"name\":\"next\"}").json().getString("key");
            NodeProcess.await(SOON, () -> chat(a, next) == 200 && chat(b, next) == 200);
            assertThat(first.delete("/channels/stored", "*").status()).isEqualTo(204);
            long deleted = until(() -> chat(b, next) == 404);
            NodeProcess.await(SOON, () -> chat(a, next) == 404);
            System.out.printf(
                    "on the other node: a channel in force after %d ms, gone after %d ms; a key revoked after %d ms%n",
                    created, deleted, revoked);
        } finally {
            client.close();
            if (other.isDone() && !other.isCompletedExceptionally()) {
                other.get().close();
            }
        }
    }
}
