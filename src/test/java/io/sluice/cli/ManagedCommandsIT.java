package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.AdminClient;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.NodeProcess;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.TestPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is managed by API goes out of one node and into another, by commands, with databases and master keys of their own. */
class ManagedCommandsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String UPSTREAM = "canary-upstream-0123456789";

    @TempDir
    Path dir;

    private final HttpClient client = HttpClient.newHttpClient();

    private record Ran(int code, String out, String err) {}

    private static Ran sluice(NodeProcess node, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = SluiceCommand.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        List<String> all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--config",
                node.config().toString(),
                "--data",
                node.data().toString(),
                "--admin",
                "http://127.0.0.1:" + node.adminPort()));
        return new Ran(line.execute(all.toArray(String[]::new)), out.toString(), err.toString());
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

    private NodeProcess start(String name) throws Exception {
        Path home = Files.createDirectories(dir.resolve(name));
        TestPostgres.withProgram(home.resolve("data/postgres"));
        return NodeProcess.startWith(home, "drain: 1s\n", "channels: []\nallow-empty: true\n");
    }

    @Test
    void goesOutOfOneNodeAndIntoAnother() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(SimulatorOptions.onPort(FreePort.next()));
                NodeProcess first = start("first")) {
            AdminClient owner = new AdminClient(first.adminPort(), first.adminToken());
            NodeProcess.await(SOON, () -> owner.get("/openapi.json").status() == 200);
            assertThat(owner.post("/channels", """
                            {"name":"stored","type":"openai","base-url":"http://127.0.0.1:%d/v1","allow-private":true,
                             "accounts":[{"name":"a","key":"%s"}],"models":{"o":{}}}""".formatted(provider.port(), UPSTREAM))
                            .status())
                    .isEqualTo(201);
            // YAML would take the name for a date.
            assertThat(owner.post("/teams", "{\"name\":\"2026-01-01\",\"limits\":{\"rpm\":600}}")
                            .status())
                    .isEqualTo(201);
            NodeProcess.await(SOON, () -> owner.get("/teams").text().contains("in-force"));
            String key = owner.post("/keys", "{\"name\":\"app\",\"team\":\"2026-01-01\"}")
                    .json()
                    .getString("key");
            NodeProcess.await(SOON, () -> chat(first, key) == 200);

            Ran plain = sluice(first, "export");
            Ran sealed = sluice(first, "export", "--sealed", "--keys");
            assertThat(sealed.code()).as(sealed.err()).isZero();
            assertThat(plain.out() + sealed.out()).doesNotContain(UPSTREAM, key);
            assertThat(plain.out()).contains("key: fingerprint ").doesNotContain("hash:", "sealed:");
            Path file = Files.writeString(dir.resolve("all.yaml"), sealed.out());

            Ran again = sluice(first, "import", file.toString());
            assertThat(again.out().lines())
                    .containsExactly(
                            "unchanged: channels/stored", "unchanged: teams/2026-01-01", "unchanged: keys/app");
            assertThat(sluice(first, "check").out()).contains("2 of its entries are managed by API");

            // The node's own master key opens what it has sealed after a kill too.
            Path master = first.data().resolve("master.key");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(master)))
                    .isEqualTo("rw-------");
            first.kill();
            first.launch();
            first.awaitReady();
            NodeProcess.await(SOON, () -> chat(first, key) == 200);
            Ran resealed = sluice(first, "reseal");
            assertThat(resealed.out()).isEqualTo("0 entries are sealed under the newest master key now\n");
            assertThat(resealed.code()).isZero();

            try (NodeProcess stranger = start("stranger")) {
                NodeProcess.await(SOON, () -> sluice(stranger, "export").code() == 0);
                Ran refused = sluice(stranger, "import", file.toString());
                assertThat(refused.code()).isNotZero();
                assertThat(refused.err())
                        .contains("is the mark of a secret that is not stored here, or cannot be opened");
                assertThat(sluice(stranger, "export", "--keys").out()).doesNotContain("stored", "2026-01-01", "app");
                Files.copy(
                        master,
                        stranger.data().resolve("master.key"),
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                stranger.kill();
                stranger.launch();
                stranger.awaitReady();
                NodeProcess.await(SOON, () -> sluice(stranger, "export").code() == 0);

                assertThat(sluice(stranger, "import", "--dry-run", file.toString())
                                .out()
                                .lines())
                        .containsExactly(
                                "would be created: channels/stored",
                                "would be created: teams/2026-01-01",
                                "would be created: keys/app");
                assertThat(chat(stranger, key)).isEqualTo(401);
                Ran taken = sluice(stranger, "import", file.toString());
                assertThat(taken.out().lines())
                        .containsExactly("created: channels/stored", "created: teams/2026-01-01", "created: keys/app");
                NodeProcess.await(SOON, () -> chat(stranger, key) == 200);
                assertThat(sluice(stranger, "export", "--keys").out())
                        .isEqualTo(sluice(first, "export", "--keys").out());
            }
            owner.close();
        } finally {
            client.close();
        }
    }
}
