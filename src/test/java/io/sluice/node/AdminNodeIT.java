package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoreServer;
import io.sluice.disk.PrivateFiles;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.store.PgTargets;
import io.sluice.store.embedded.EmbeddedPostgres;
import io.sluice.testkit.AdminClient;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.NodeProcess;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators do to a node of the jar: what it shows them, what it keeps, and what is left when it or its ledger is killed. */
class AdminNodeIT {
    private static final String UPSTREAM = "upstream-0123456789";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private final HttpClient client = HttpClient.newHttpClient();
    private SimulatedProvider provider;

    @BeforeEach
    void start() {
        provider = SimulatedProvider.start(SimulatorOptions.onPort(FreePort.next()));
        provider.script(UPSTREAM, "{\"first-token\": \"1ms\", \"tokens-per-second\": 4000}");
    }

    @AfterEach
    void stop() {
        provider.close();
        client.close();
    }

    /** A secret in a file beside the configuration, as a reference. */
    private static String secret(Path of, String name, String text) throws IOException {
        Path file = Files.createDirectories(of.resolve("config")).resolve(name);
        Files.writeString(Files.createFile(file, PrivateFiles.file(file)), text);
        return "\"${file:" + name + "}\"";
    }

    private HttpResponse<String> ask(int port, String path, String token, @Nullable String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("authorization", "Bearer " + token);
        if (body != null) {
            request.header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(path, e);
        }
    }

    private HttpResponse<String> chat(NodeProcess node, String key) {
        return ask(
                node.port(),
                "/v1/chat/completions",
                key,
                "{\"model\":\"m\",\"max_tokens\":10,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}");
    }

    private static long number(StoreServer database, String sql) {
        return Long.parseLong(texts(database, "SELECT (" + sql + ")::text").getFirst());
    }

    private static List<String> texts(StoreServer database, String sql) {
        Vertx vertx = Vertx.vertx();
        try {
            return TestPostgres.await(PgConnection.connect(vertx, PgTargets.of(database, TestPostgres.USE, "test"))
                    .compose(connection -> connection
                            .query(sql)
                            .execute()
                            .map(rows -> {
                                List<String> texts = new ArrayList<>();
                                rows.forEach(row -> texts.add(String.valueOf(row.getString(0))));
                                return texts;
                            })
                            .eventually(connection::close)));
        } finally {
            TestPostgres.await(vertx.close());
        }
    }

    private String gateway(String more) {
        return """
                channels:
                  - name: sim
                    type: openai
                    base-url: http://127.0.0.1:%d/v1
                    accounts: [{ name: a, key: %s }]
                    models: { m: {} }
                    prices: { "*": { input: 1000, output: 1000 } }
                %s
                """.formatted(provider.port(), UPSTREAM, more);
    }

    // --- secrets

    /** Each kind of secret has a word of its own in it; what leaves the node in any way is looked through for all of them. */
    @Test
    void noSecretIsShownOrKept() throws Exception {
        StoreServer database = TestPostgres.freshDatabase();
        Map<String, String> canaries = new LinkedHashMap<>();
        for (String kind : List.of(
                "account",
                "header",
                "query",
                "proxy",
                "key",
                "installation",
                "hook-url",
                "hook",
                "admin",
                "chosen",
                "stored-account",
                "stored-header",
                "guess",
                "unknown",
                "wrong-field")) {
            canaries.put(kind, "canary-of-" + kind + "-0123456789-0123456789");
        }
        canaries.put(
                "database",
                String.valueOf(
                        database.password() == null ? null : database.password().reveal()));
        canaries.put(
                "master",
                Base64.getEncoder()
                        .encodeToString("canary-of-the-master-key-0123456".getBytes(StandardCharsets.UTF_8)));
        String node = "store: { url: " + secret(dir, "database", TestPostgres.url(database)) + ", master-key: "
                + secret(dir, "master", canaries.get("master")) + " }\nadmin: { token: "
                + secret(dir, "admin", canaries.get("admin")) + " }\ndrain: 1s\n";
        String gateway = gateway("""
                  - name: other
                    type: openai
                    base-url: http://127.0.0.1:9/v1
                    accounts: [{ name: b, key: %s }]
                    headers: { x-tenant: %s }
                    query: { tenant: %s }
                    proxy: %s
                    models: { n: {} }
                keys:
                  - { name: app, key: %s }
                secrets: [ %s ]
                notifications:
                  sinks: [{ name: hook, type: webhook, url: %s, secret: %s, min-severity: info }]
                """.formatted(
                        secret(dir, "account", canaries.get("account")),
                        secret(dir, "header", canaries.get("header")),
                        secret(dir, "query", canaries.get("query")),
                        secret(dir, "proxy", "http://user:" + canaries.get("proxy") + "@127.0.0.1:9"),
                        secret(dir, "key", canaries.get("key")),
                        secret(dir, "installation", canaries.get("installation")),
                        secret(dir, "hook-url", "https://127.0.0.1:9/" + canaries.get("hook-url")),
                        secret(dir, "hook", canaries.get("hook"))));
        try (NodeProcess running = NodeProcess.startWith(dir, node, gateway);
                AdminClient owner = new AdminClient(running.adminPort(), canaries.get("admin"))) {
            NodeProcess.await(SOON, () -> owner.get("/openapi.json").status() == 200);
            canaries.put(
                    "token",
                    made(owner.post("/tokens", "{\"name\":\"ci\",\"role\":\"viewer\"}"))
                            .getString("token"));
            canaries.put(
                    "generated",
                    made(owner.post("/keys", "{\"name\":\"made\"}", "idempotency-key", "i-1"))
                            .getString("key"));
            made(owner.post(
                    "/keys",
                    "{\"name\":\"chosen\",\"key\":\"" + canaries.get("chosen") + "\"}",
                    "idempotency-key",
                    "i-2"));
            made(owner.post("/channels", """
                    {"name":"stored","type":"openai","base-url":"https://127.0.0.1:9/v1","allow-private":true,
                     "headers":{"x-tenant":"%s"},"accounts":[{"name":"c","key":"%s"}],"models":{"o":{}}}""".formatted(canaries.get("stored-header"), canaries.get("stored-account"))));
            List<String> seen = new ArrayList<>();
            NodeProcess.await(
                    SOON, () -> chat(running, canaries.get("generated")).statusCode() == 200);
            for (String kind : List.of("key", "chosen", "unknown", "guess")) {
                seen.add(chat(running, canaries.get(kind)).body());
            }
            for (String model : List.of("n", "o")) {
                seen.add(ask(
                                running.port(),
                                "/v1/chat/completions",
                                canaries.get("key"),
                                "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")
                        .body());
            }
            for (String path : List.of(
                    "/v1/dashboard/billing/subscription",
                    "/v1/dashboard/billing/usage",
                    "/sluice/v1/me",
                    "/v1/models")) {
                seen.add(ask(running.port(), path, canaries.get("generated"), null)
                        .body());
            }
            seen.add(owner.as(canaries.get("guess")).get("/config").text());
            seen.add(owner.post(
                            "/keys",
                            "{\"name\":\"bad\",\"key\":\"" + canaries.get("wrong-field") + "\",\"" + "models\":7}")
                    .text());
            seen.add(owner.post(
                            "/channels",
                            "{\"name\":\"bad\",\"type\":\"openai\",\"base-url\":\"https://api.example.com/v1\","
                                    + "\"accounts\":[{\"name\":\"a\",\"key\":\"" + canaries.get("wrong-field")
                                    + "\",\"limits\":{\"rpm\":\"x\"}}]}")
                    .text());
            seen.add(owner.post("/keys", "{\"name\":\"made\"}", "idempotency-key", "i-1")
                    .text());
            NodeProcess.await(SOON, () -> number(database, "SELECT count(*) FROM usage_record") >= 3);
            seen.addAll(everyRead(owner));
            seen.add(ask(running.adminPort(), "/metrics", "", null).body());
            seen.add(ask(running.adminPort(), "/health/ready", "", null).body());
            int answers = seen.size();
            for (String table : texts(database, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")) {
                seen.addAll(texts(database, "SELECT to_jsonb(t)::text FROM " + table + " t"));
            }
            seen.add(running.output());
            try (Stream<Path> files = Files.walk(running.data())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(file.toString())
                            .isEqualTo("rw-------");
                    seen.add(Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }

            assertThat(answers).as("answers").isGreaterThan(40);
            for (Map.Entry<String, String> canary : canaries.entrySet()) {
                String encoded =
                        Base64.getEncoder().encodeToString(canary.getValue().getBytes(StandardCharsets.UTF_8));
                for (String text : seen) {
                    assertThat(text.contains(canary.getValue()) || text.contains(encoded))
                            .as(() -> "the secret of " + canary.getKey() + " in: "
                                    + text.substring(0, Math.min(2_000, text.length())))
                            .isFalse();
                }
            }
        }
    }

    private static JsonObject made(AdminClient.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.json();
    }

    /** Everything that can be read, of things that are there. */
    private static List<String> everyRead(AdminClient owner) {
        List<String> seen = new ArrayList<>();
        JsonObject document = owner.get("/openapi.json").json();
        seen.add(document.encode());
        document.getJsonObject("paths").forEach(each -> {
            String path = each.getKey().substring("/admin/v1".length());
            // The live feed has no end; it says what the other views say.
            if (((JsonObject) each.getValue()).containsKey("get") && !path.equals("/live")) {
                // What stands in a file has no history, and is no YAML of its own.
                boolean ofStored = path.endsWith("/history") || path.endsWith("/yaml");
                for (String filled : filled(path, owner)) {
                    AdminClient.Reply reply = owner.get(filled);
                    assertThat(reply.status()).as(filled + ": " + reply.text()).isIn(200, ofStored ? 404 : 200);
                    seen.add(reply.text());
                }
            }
        });
        seen.add(owner.get("/configuration/export?sealed=true").text());
        return seen;
    }

    private static List<String> filled(String path, AdminClient owner) {
        List<String> names =
                switch (path.replaceAll("\\{.*", "")) {
                    case "/keys/" -> List.of("app", "made", "chosen");
                    case "/channels/" -> List.of("sim", "other", "stored");
                    case "/tokens/" -> List.of("ci");
                    case "/models/" -> List.of("m", "n", "o");
                    case "/usage/records/", "/requests/" ->
                        List.of(owner.get("/usage/records?limit=1")
                                .json()
                                .getJsonArray("records")
                                .getJsonObject(0)
                                .getString("id"));
                    case "/teams/", "/prices/", "/refusals/", "/budgets/leases/" -> List.of();
                    default -> List.of("");
                };
        String query = path.equals("/audit") ? "?limit=1000" : "";
        return names.stream()
                .map(name -> path.replaceAll("\\{[^}]*}", name) + query)
                .toList();
    }

    // --- kills

    /** A change and its row of the audit log are there together, or not at all. */
    @Test
    @Tag("proof")
    void noKillPartsAChangeFromTheAuditLog() throws Exception {
        StoreServer database = TestPostgres.freshDatabase();
        String node = "store: { url: " + secret(dir, "database", TestPostgres.url(database)) + " }\ndrain: 1s\n";
        try (NodeProcess running = NodeProcess.startWith(dir, node, gateway("allow-empty: true"))) {
            AtomicInteger number = new AtomicInteger();
            for (int kill = 0; kill < 2; kill++) {
                AtomicBoolean over = new AtomicBoolean();
                AtomicInteger answered = new AtomicInteger();
                List<Thread> operators = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    operators.add(Thread.ofVirtual().start(() -> {
                        while (!over.get()) {
                            try {
                                if (ask(
                                                        running.adminPort(),
                                                        "/admin/v1/keys",
                                                        running.adminToken(),
                                                        "{\"name\":\"k-" + number.incrementAndGet() + "\"}")
                                                .statusCode()
                                        == 201) {
                                    answered.incrementAndGet();
                                }
                            } catch (AssertionError killed) {
                                return;
                            }
                        }
                    }));
                }
                NodeProcess.await(SOON, () -> answered.get() > 40);
                running.kill();
                over.set(true);
                for (Thread each : operators) {
                    each.join();
                }
                running.launch();
                running.awaitReady();
            }

            String keys = "SELECT name FROM virtual_key";
            String audited = "SELECT name FROM audit WHERE kind = 'key' AND action = 'create'";
            assertThat(number(database, "SELECT count(*) FROM virtual_key")).isGreaterThan(80);
            assertThat(texts(database, "(" + keys + ") EXCEPT (" + audited + ")"))
                    .as("changed and not audited")
                    .isEmpty();
            assertThat(texts(database, "(" + audited + ") EXCEPT (" + keys + ")"))
                    .as("audited and not changed")
                    .isEmpty();
            assertThat(number(database, "SELECT count(*) FROM audit WHERE kind = 'key'"))
                    .isEqualTo(number(database, "SELECT count(*) FROM virtual_key"));
        }
    }

    /** The database is stopped, and stays away. */
    @ParameterizedTest
    @ValueSource(strings = {"spend-share", "refuse"})
    @Tag("proof")
    void aBudgetIsHeldWithoutTheDatabaseAsItIsSaid(String rule) throws Exception {
        Path home = dir.resolve("postgres");
        TestPostgres.withProgram(home);
        EmbeddedPostgres postgres = EmbeddedPostgres.start(home, 0, List.of());
        StoreServer database = postgres.server();
        String node = "store: { url: " + secret(dir, "database", TestPostgres.url(database))
                + " }\nbudget: { when-store-down: " + rule + " }\ndrain: 1s\n";
        String gateway = gateway("""
                keys:
                  - { name: app, key: sk-with-a-budget-0123456789, budget: { amount: 2, every: total } }
                """);
        try (NodeProcess running = NodeProcess.startWith(dir, node, gateway)) {
            NodeProcess.await(
                    SOON, () -> chat(running, "sk-with-a-budget-0123456789").statusCode() == 200);
            NodeProcess.await(SOON, () -> number(database, "SELECT count(*) FROM usage_record") > 0);
            long each = number(database, "SELECT max(cost_micros) FROM usage_record");

            // A killed one would be started again.
            postgres.close();
            List<HttpResponse<String>> answers = new ArrayList<>();
            // More than the whole budget would pay for.
            long most = 2_000_000 / each + 30;
            for (int i = 0; i < most; i++) {
                answers.add(chat(running, "sk-with-a-budget-0123456789"));
            }
            System.out.printf(
                    "%s: a request costs %d; %d of %d answered without the database%n",
                    rule,
                    each,
                    answers.stream()
                            .filter(answer -> answer.statusCode() == 200)
                            .count(),
                    answers.size());
            HttpResponse<String> last = answers.getLast();
            // Nobody can tell what others have spent meanwhile.
            assertThat(last.statusCode()).as(last.body()).isEqualTo(503);
            if (rule.equals("spend-share")) {
                assertThat(answers.getFirst().statusCode()).isEqualTo(200);
            }

            postgres = EmbeddedPostgres.start(home, database.port(), List.of());
            long served = 1
                    + answers.stream()
                            .filter(answer -> answer.statusCode() == 200)
                            .count();
            NodeProcess.await(
                    SOON, () -> number(database, "SELECT count(*) FROM usage_record WHERE status = 200") >= served);
            long spent = number(database, "SELECT sum(cost_micros) FROM usage_record WHERE status = 200");
            assertThat(number(database, "SELECT sum(micros) FROM spend WHERE scope = 'key:app'"))
                    .as("booked once")
                    .isEqualTo(spent);
            assertThat(spent).isLessThanOrEqualTo(2_000_000);
        } finally {
            postgres.close();
        }
    }
}
