package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.api.KeyServices;
import io.sluice.config.ConfigLoader;
import io.sluice.config.NodeConfig;
import io.sluice.config.NodeOverrides;
import io.sluice.config.StoredEntry;
import io.sluice.domain.Secret;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.seal.Entropy;
import io.sluice.domain.seal.LocalMasterKeys;
import io.sluice.domain.seal.MasterKeyChain;
import io.sluice.domain.seal.Seal;
import io.sluice.domain.seal.ServiceMasterKeys;
import io.sluice.managed.ManagedSecrets;
import io.sluice.managed.ManagedStart;
import io.sluice.managed.ResourceFeed;
import io.sluice.managed.TransitService;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.ReloadFailed;
import io.sluice.message.RevisionChanged;
import io.sluice.store.PgDatabase;
import io.sluice.store.ResourceRepository;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeTransit;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configuration by API, over a real database; what the watch would do is done by hand. */
@ExtendWith(VertxExtension.class)
class ResourcesApiIT {
    private static final Secret OWN = Secret.of("sluice-admin-own-0123456789abcdef");
    private static final String FILES = """
            channels:
              - name: filed
                type: openai
                base-url: https://api.example.com/v1
                accounts: [{ name: a, key: sk-filed }]
                models: { m: {} }
            teams: [{ name: team-of-file }]
            allow-empty: true
            """;
    private static final String CHANNEL = """
            {"name":"%s","type":"openai","base-url":"https://api.example.com/v1","headers":{"x-tenant":"canary-header"},
             "accounts":[{"name":"main","key":"canary-%s"}],"models":{"stored":{}}}""";

    private static final Entropy ENTROPY = count -> {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    };

    @TempDir
    private Path dir;

    private final HttpClient client = HttpClient.newHttpClient();
    private PgDatabase database;
    private NodeConfig node;
    private ManagedSecrets secrets;
    private ResourceFeed feed;
    private AdminVerticle admin;
    private GatewayRevision live;
    private Bus bus;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        Files.writeString(dir.resolve("gateway.yaml"), FILES);
        Files.writeString(dir.resolve("node.yaml"), "node: { name: a }\nadmin: { port: 0 }\nhttp: { port: 0 }\n");
        node = ConfigLoader.loadNode(dir, NodeOverrides.NONE).value();
        live = ConfigLoader.loadGateway(dir, node).value();
        secrets = secrets("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        database = TestPostgres.open(vertx);
        MessageCodecs.registerAll(vertx.eventBus());
        bus = new Bus(vertx, Duration.ofSeconds(1));
        feed = new ResourceFeed(vertx, new ResourceRepository(database), secrets, ManagedStart.none(dir));
        admin = deploy(vertx, secrets);
    }

    private AdminVerticle deploy(Vertx vertx, ManagedSecrets with) throws Exception {
        AdminVerticle made = new AdminVerticle(new AdminSetup(
                dir,
                with,
                node,
                live,
                "1",
                OWN,
                database,
                () -> "",
                InstantSource.system(),
                System::nanoTime,
                new KeyServices(new StoredKeys(), null),
                new SideDoor(System::nanoTime, () -> new byte[32]),
                own -> (channel, account) ->
                        io.vertx.core.Future.succeededFuture(List.of("m-1", "of-" + account.name())),
                () -> new NodeNow(1, 2, 3)));
        vertx.deployVerticle(made).await(20, TimeUnit.SECONDS);
        return made;
    }

    private static ManagedSecrets secrets(String... keys) {
        return new ManagedSecrets(new Seal(
                LocalMasterKeys.of(List.of(keys).stream().map(Secret::of).toList(), ENTROPY), ENTROPY));
    }

    @AfterEach
    void stop() {
        database.close();
        client.close();
    }

    private record Answer(int status, String etag, String text) {
        JsonObject json() {
            return new JsonObject(text);
        }

        String kind() {
            return json().getString("type", "").replace("urn:sluice:problem:", "");
        }
    }

    private Answer ask(String method, String path, String body, String... headers) throws Exception {
        return ask(admin, OWN.reveal(), method, path, body, headers);
    }

    private Answer ask(AdminVerticle of, String token, String method, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + of.port() + "/admin/v1" + path))
                .header("authorization", "Bearer " + token)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("content-type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != 503 || !answer.body().contains(":starting") || System.nanoTime() > end) {
                return new Answer(
                        answer.statusCode(), answer.headers().firstValue("etag").orElse(""), answer.body());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private String token(String role) throws Exception {
        Answer made = ask("POST", "/tokens", "{\"name\":\"" + role + "\",\"role\":\"" + role + "\"}");
        assertThat(made.status()).isEqualTo(201);
        return made.json().getString("token");
    }

    /** What the watch does. */
    private void takeEffect() throws Exception {
        List<StoredEntry> stored = feed.refresh().await(20, TimeUnit.SECONDS).orElseThrow();
        live = ConfigLoader.loadGateway(dir, node, stored).value();
        bus.publish(Address.REVISION_CHANGED, new RevisionChanged(live));
    }

    private Answer create(String name) throws Exception {
        Answer made = ask("POST", "/channels", CHANNEL.formatted(name, name));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made;
    }

    @Test
    void storesAChannel() throws Exception {
        Answer made = create("s");
        Answer pending = ask("GET", "/channels/s", null);
        takeEffect();
        Answer shown = ask("GET", "/channels/s", null);
        Answer list = ask("GET", "/channels", null);

        assertThat(made.text()).doesNotContain("canary");
        assertThat(pending.json().getString("state")).isEqualTo("pending");
        assertThat(shown.etag()).isEqualTo(made.etag()).matches("\"\\d+\"");
        assertThat(shown.text()).doesNotContain("canary");
        assertThat(shown.json().getString("state")).isEqualTo("in-force");
        assertThat(shown.json().getString("origin")).isEqualTo("store");
        assertThat(shown.json().getJsonObject("document").getJsonArray("accounts"))
                .isEqualTo(new JsonArray()
                        .add(new JsonObject()
                                .put("name", "main")
                                .put(
                                        "key",
                                        "fingerprint " + Secret.of("canary-s").fingerprint())));
        assertThat(list.json().getJsonArray("channels").stream()
                        .map(JsonObject.class::cast)
                        .map(each -> each.getString("name") + " " + each.getString("origin")))
                .containsExactly("filed gateway.yaml:2", "s store");
        assertThat(live.channels().getLast().accounts().getFirst().key()).isEqualTo(Secret.of("canary-s"));
        assertThat(ask("GET", "/audit?kind=channel", null).text())
                .contains("\"create\"")
                .doesNotContain("canary");
    }

    /** The way of a client that reads, changes and writes; secrets stay where their marks stand. */
    @Test
    void changesOneThingAndKeepsTheRest() throws Exception {
        create("s");
        Answer read = ask("GET", "/channels/s", null);
        JsonObject document = read.json().getJsonObject("document").put("weight", 7);

        Answer put = ask("PUT", "/channels/s", document.encode(), "if-match", read.etag());
        Answer stale = ask("PUT", "/channels/s", document.encode(), "if-match", read.etag());
        Answer patched = ask("PATCH", "/channels/s", "{\"priority\":3,\"weight\":null}", "if-match", put.etag());
        takeEffect();

        assertThat(put.status()).as(put.text()).isEqualTo(200);
        assertThat(stale.status()).isEqualTo(412);
        assertThat(patched.json().getJsonObject("document").getInteger("priority"))
                .isEqualTo(3);
        assertThat(patched.json().getJsonObject("document").containsKey("weight"))
                .isFalse();
        assertThat(live.channels().getLast().accounts().getFirst().key()).isEqualTo(Secret.of("canary-s"));
        assertThat(live.channels().getLast().outbound().headers())
                .containsEntry("x-tenant", Secret.of("canary-header"));
    }

    @Test
    void deletesAndMakesAgain() throws Exception {
        Answer made = create("s");
        assertThat(ask("DELETE", "/channels/s", null, "if-match", "\"1000\"").status())
                .isEqualTo(412);
        assertThat(ask("DELETE", "/channels/s", null).status()).isEqualTo(428);
        assertThat(ask("DELETE", "/channels/s", null, "if-match", made.etag()).status())
                .isEqualTo(204);
        takeEffect();

        assertThat(ask("GET", "/channels/s", null).status()).isEqualTo(404);
        assertThat(ask("DELETE", "/channels/s", null, "if-match", "*").status()).isEqualTo(404);
        assertThat(create("s").etag()).isNotEqualTo(made.etag());
    }

    @Test
    void leavesFilesAlone() throws Exception {
        Answer taken = ask("POST", "/channels", CHANNEL.formatted("filed", "x"));
        Answer changed = ask("PATCH", "/channels/filed", "{\"weight\":2}", "if-match", "*");
        Answer deleted = ask("DELETE", "/teams/team-of-file", null, "if-match", "*");

        assertThat(List.of(taken.status(), changed.status(), deleted.status())).containsOnly(409);
        assertThat(List.of(taken.kind(), changed.kind(), deleted.kind())).containsOnly("in-files");
        assertThat(taken.text()).contains("gateway.yaml:2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"s\"}|422|/type|is missing",
                "{\"name\":\"s\",\"type\":\"openai\",\"base-url\":\"https://x.example.com\",\"models\":{\"m\":{}},\"accounts\":[{\"name\":\"a\",\"key\":\"k1\",\"limits\":{\"rpm\":-1}}]}|422|/accounts/0/limits/rpm|'-1' is",
                "{\"name\":\"s\",\"type\":\"openai\",\"base-url\":\"https://x.example.com\",\"models\":{\"m\":{}},\"accounts\":[{\"name\":\"a\",\"key\":\"k1\"}],\"secret\":true}|422|/secret|is unknown",
                "{\"name\":\"s\",\"type\":\"openai\",\"base-url\":\"https://x.example.com\",\"models\":{\"m\":{}},\"accounts\":[{\"name\":\"a\",\"key\":\"${env:HOME}\"}]}|422|/accounts/0/key|references are read in files only",
                "{\"name\":\"s\",\"type\":\"openai\",\"base-url\":\"http://10.0.0.1\",\"models\":{\"m\":{}},\"accounts\":[{\"name\":\"a\",\"key\":\"k1\"}]}|422|/base-url|allow-private",
                "{\"name\":\"s\",\"type\":\"openai\",\"base-url\":\"http://169.254.169.254\",\"allow-private\":true,\"models\":{\"m\":{}},\"accounts\":[{\"name\":\"a\",\"key\":\"k1\"}]}|422|/base-url|refused",
                "{\"name\":\"s\",\"type\":\"openai\",\"base-url\":\"https://x.example.com\",\"models\":{\"m\":{}},\"accounts\":[{\"name\":\"a\",\"key\":\"sk-filed\"}]}|422|/accounts/0|same credential is in gateway.yaml",
                "{\"name\":\"s\",\"type\":\"openai\",\"base-url\":\"https://x.example.com\",\"models\":{\"m\":{}},\"accounts\":[{\"name\":\"a\",\"key\":\"fingerprint 0123456789ab\"}]}|422|/accounts/a/key|is the mark of a secret",
                "{\"type\":\"openai\"}|400|/name|is missing",
                "{\"name\":5}|400|/name|",
            })
    void refusesWhatTheLoaderWould(String body, int status, String field, String detail) throws Exception {
        Answer answer = ask("POST", "/channels", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        JsonObject error = answer.json().getJsonArray("errors").getJsonObject(0);
        assertThat(error.getString("field")).isEqualTo(field);
        assertThat(error.getString("detail")).contains(detail == null ? "" : detail);
        assertThat(ask("GET", "/configuration/export", null).json()).isEqualTo(new JsonObject());
    }

    @Test
    void triesWithoutStoring() throws Exception {
        Answer tried = ask("POST", "/channels?dry-run=true", CHANNEL.formatted("s", "s"));
        Answer wrong = ask("POST", "/channels?dry-run=true", "{\"name\":\"s\"}");

        assertThat(tried.status()).isEqualTo(200);
        assertThat(tried.json().getBoolean("dry-run")).isTrue();
        assertThat(tried.text()).doesNotContain("canary");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(ask("GET", "/channels/s", null).status()).isEqualTo(404);
    }

    @Test
    void isCreatedOnceForAnIdempotencyKey() throws Exception {
        String body = CHANNEL.formatted("s", "s");

        Answer first = ask("POST", "/channels", body, "idempotency-key", "k");
        Answer other = ask("POST", "/channels", CHANNEL.formatted("t", "t"), "idempotency-key", "k");

        assertThat(first.status()).isEqualTo(201);
        assertThat(other.status()).isEqualTo(422);
        assertThat(ask("POST", "/channels", body).status()).isEqualTo(409);
    }

    @Test
    void keepsWhatOthersNeed() throws Exception {
        Answer made = create("s");
        assertThat(ask("POST", "/models", "{\"name\":\"m\",\"fallbacks\":[\"stored\"]}")
                        .status())
                .isEqualTo(201);
        assertThat(ask("POST", "/models", "{\"name\":\"x\",\"fallbacks\":[\"none\"]}")
                        .status())
                .isEqualTo(422);
        takeEffect();

        Answer deleted = ask("DELETE", "/channels/s", null, "if-match", made.etag());

        assertThat(deleted.status()).as(deleted.text()).isEqualTo(409);
        assertThat(deleted.kind()).isEqualTo("in-use");
        assertThat(deleted.text()).contains("the model 'm' would be out of force");
    }

    @Test
    void takesModelsAndPricesWithSlashes() throws Exception {
        create("s");
        assertThat(ask("POST", "/prices", "{\"name\":\"meta/llama-*\",\"input\":1,\"output\":2}")
                        .status())
                .isEqualTo(201);

        Answer shown = ask("GET", "/prices/meta%2Fllama-*", null);

        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.json().getJsonObject("document"))
                .isEqualTo(new JsonObject().put("input", 1).put("output", 2));
        assertThat(ask("DELETE", "/prices/meta%2Fllama-*", null, "if-match", shown.etag())
                        .status())
                .isEqualTo(204);
    }

    @Test
    void addsManyAccounts() throws Exception {
        create("s");
        takeEffect();
        String keys = "sk-filed\n# none\n\nsk-new-1\nsk-new-2,named,30\ncanary-s\nsk-new-1\n";
        String body = new JsonObject()
                .put("keys", keys)
                .put("like", new JsonObject().put("state", "draining"))
                .encode();

        Answer tried = ask("POST", "/channels/s/accounts?dry-run=true", body);
        Answer added = ask("POST", "/channels/s/accounts", body);
        takeEffect();

        String first = Secret.of("sk-new-1").fingerprint();
        for (Answer answer : List.of(tried, added)) {
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.text()).doesNotContain("sk-new", "sk-filed", "canary");
            assertThat(answer.json().getJsonArray("added").stream().map(each -> ((JsonObject) each).getString("name")))
                    .containsExactly("k-" + first, "named");
            assertThat(answer.json().getJsonArray("duplicates").stream()
                            .map(each -> ((JsonObject) each).getString("account")))
                    .containsExactly("filed/a", "s/main", "line 4");
        }
        assertThat(live.accounts())
                .extracting(account -> account.id())
                .containsExactly("filed/a", "s/main", "s/k-" + first, "s/named");
        assertThat(ask("GET", "/accounts?channel=s", null).json().getJsonArray("accounts"))
                .hasSize(3);
        assertThat(ask("POST", "/channels/s/accounts", "{\"keys\":\"a b\"}").status())
                .isEqualTo(422);
        assertThat(ask("POST", "/channels/s/accounts", "{\"keys\":\"a,b,c,d,e\"}")
                        .status())
                .isEqualTo(400);
        assertThat(ask("POST", "/channels/filed/accounts", "{\"keys\":\"sk-z\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void goesOutAndComesBack(Vertx vertx) throws Exception {
        create("s");
        ask("POST", "/models", "{\"name\":\"m\",\"fallbacks\":[\"stored\"]}");
        ask("POST", "/teams", "{\"name\":\"t\",\"limits\":{\"rpm\":5}}");
        ask("POST", "/prices", "{\"name\":\"x-*\",\"input\":1,\"output\":2}");

        String plain = ask("GET", "/configuration/export", null).text();
        String sealed = ask("GET", "/configuration/export?sealed=true", null).text();
        Answer same = ask("POST", "/configuration/import", sealed);
        database.close();
        database = TestPostgres.open(vertx);
        AdminVerticle other = deploy(vertx, secrets);
        Answer without = ask(other, OWN.reveal(), "POST", "/configuration/import", plain);
        Answer tried = ask(other, OWN.reveal(), "POST", "/configuration/import?dry-run=true", sealed);
        Answer taken = ask(other, OWN.reveal(), "POST", "/configuration/import", sealed);

        assertThat(plain + sealed).doesNotContain("canary");
        assertThat(same.json().getJsonArray("unchanged")).hasSize(4);
        assertThat(without.status()).isEqualTo(422);
        assertThat(without.text()).contains("is the mark of a secret that is not stored here");
        assertThat(tried.json().getJsonArray("created")).hasSize(4);
        assertThat(taken.json().getJsonArray("created"))
                .containsExactly("channels/s", "teams/t", "models/m", "prices/x-*");
        assertThat(ask(other, OWN.reveal(), "GET", "/configuration/export", null)
                        .text())
                .isEqualTo(plain);
        assertThat(ask(other, OWN.reveal(), "POST", "/configuration/import", sealed)
                        .json()
                        .getJsonArray("unchanged"))
                .hasSize(4);
    }

    /** A trigger stands for whatever may fail in the middle. */
    @Test
    void nothingOfAnImportIsThereWhenItFailsInTheMiddle() throws Exception {
        io.sluice.testkit.TestNode.await(database.use(connection -> connection
                .query(
                        "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$;"
                                + "CREATE TRIGGER fails BEFORE INSERT ON resource FOR EACH ROW WHEN (NEW.name = 'c') EXECUTE"
                                + " FUNCTION fails()")
                .execute()));
        String before = ask("GET", "/configuration/export", null).text();
        String audited = ask("GET", "/audit", null).text();
        String document = "{\"teams\":[{\"name\":\"a\",\"limits\":{\"rpm\":5}},{\"name\":\"b\",\"limits\":{\"rpm\":5}},"
                + "{\"name\":\"c\",\"limits\":{\"rpm\":5}},{\"name\":\"d\",\"limits\":{\"rpm\":5}}]}";

        assertThat(ask("POST", "/configuration/import", document).status()).isGreaterThanOrEqualTo(500);

        assertThat(ask("GET", "/configuration/export", null).text()).isEqualTo(before);
        assertThat(ask("GET", "/audit", null).text()).isEqualTo(audited);
        io.sluice.testkit.TestNode.await(database.use(
                connection -> connection.query("DROP TRIGGER fails ON resource").execute()));
        assertThat(ask("POST", "/configuration/import", document).json().getJsonArray("created"))
                .containsExactly("teams/a", "teams/b", "teams/c", "teams/d");
    }

    @Test
    void keysGoOutAndComeBack(Vertx vertx) throws Exception {
        ask("POST", "/configuration/import", "{\"teams\":[{\"name\":\"t\",\"limits\":{\"rpm\":5}}]}");
        takeEffect();
        String text = ask("POST", "/keys", "{\"name\":\"one\",\"team\":\"t\",\"limits\":{\"rpm\":7}}")
                .json()
                .getString("key");
        ask("POST", "/keys", "{\"name\":\"two\"}");
        assertThat(ask("POST", "/keys/two/rotate", "{\"overlap\":\"1h\"}").status())
                .isEqualTo(200);
        ask("POST", "/keys", "{\"name\":\"off\"}");
        assertThat(ask("POST", "/keys/off/disable", null, "if-match", "*").status())
                .isEqualTo(200);
        JsonObject whole = ask("GET", "/configuration/export", null).json();
        JsonArray keys = ask("GET", "/configuration/keys", null).json().getJsonArray("keys");
        JsonObject page = ask("GET", "/configuration/keys?limit=2", null).json();
        whole.put("keys", keys);
        assertThat(keys.encode())
                .doesNotContain(text)
                .contains(io.sluice.domain.key.KeyHash.ofKey(text).hex());
        assertThat(page.getJsonArray("keys")).hasSize(2);
        assertThat(ask("GET", "/configuration/keys?limit=2&cursor=" + page.getString("next-cursor"), null)
                        .json()
                        .getJsonArray("keys"))
                .hasSize(1);
        assertThat(ask("POST", "/configuration/import", whole.encode()).json().getJsonArray("created"))
                .isEmpty();

        database.close();
        database = TestPostgres.open(vertx);
        AdminVerticle other = deploy(vertx, secrets);
        Answer tried = ask(other, OWN.reveal(), "POST", "/configuration/import?dry-run=true", whole.encode());
        assertThat(ask(other, OWN.reveal(), "GET", "/keys?search=o", null)
                        .json()
                        .getJsonArray("keys"))
                .isEmpty();
        Answer taken = ask(other, OWN.reveal(), "POST", "/configuration/import", whole.encode());

        assertThat(tried.json().getJsonArray("created")).isEqualTo(taken.json().getJsonArray("created"));
        assertThat(taken.json().getJsonArray("created")).contains("teams/t", "keys/one", "keys/two", "keys/off");
        assertThat(ask(other, OWN.reveal(), "GET", "/configuration/keys", null)
                        .json()
                        .getJsonArray("keys"))
                .isEqualTo(keys);

        JsonObject changed = whole.copy();
        changed.getJsonArray("teams").add(JsonObject.of("name", "new", "limits", JsonObject.of("rpm", 1)));
        changed.getJsonArray("keys").getJsonObject(0).put("state", "revoked");
        Answer refused = ask(other, OWN.reveal(), "POST", "/configuration/import", changed.encode());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("is there and says something else", "/keys/0/name");
        assertThat(ask(other, OWN.reveal(), "GET", "/configuration/export", null)
                        .text())
                .doesNotContain("\"new\"");
        assertThat(ask(other, OWN.reveal(), "GET", "/audit?action=import", null)
                        .json()
                        .getJsonArray("entries"))
                .hasSize(1);
    }

    @Test
    void goesOnUnderANewKey(Vertx vertx) throws Exception {
        create("s");
        Answer before = ask("GET", "/channels/s", null);
        String old = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        String next = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

        Answer resealed = ask(deploy(vertx, secrets(next, old)), OWN.reveal(), "POST", "/configuration/reseal", null);
        feed = new ResourceFeed(vertx, new ResourceRepository(database), secrets(next), ManagedStart.none(dir));
        takeEffect();
        Answer lost = ask(deploy(vertx, secrets(old)), OWN.reveal(), "POST", "/configuration/reseal", null);

        assertThat(resealed.json().getInteger("entries")).isEqualTo(1);
        assertThat(live.channels().getLast().accounts().getFirst().key()).isEqualTo(Secret.of("canary-s"));
        assertThat(ask("GET", "/channels/s", null).etag()).isEqualTo(before.etag());
        assertThat(lost.json().getJsonArray("failures").getString(0)).startsWith("channels/s: it is sealed under");
    }

    @Test
    void secretsGoToAKeyServiceAndNothingIsChangedWhileItIsAway(Vertx vertx) throws Exception {
        String local = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
        assertThat(ask("POST", "/channels", CHANNEL.formatted("s", "s")).status())
                .isEqualTo(201);
        FakeTransit transit = FakeTransit.start(vertx);
        AdminVerticle there = deploy(
                vertx,
                new ManagedSecrets(new Seal(
                        new MasterKeyChain(
                                service(transit), List.of(LocalMasterKeys.of(List.of(Secret.of(local)), ENTROPY))),
                        ENTROPY)));
        String export = "/configuration/export?sealed=true";
        String before = ask("GET", export, null).text();

        transit.status(503);
        Answer away = ask(there, OWN.reveal(), "POST", "/configuration/reseal", null);
        Answer create = ask(there, OWN.reveal(), "POST", "/channels", CHANNEL.formatted("t", "t"));
        assertThat(away.status()).isEqualTo(503);
        assertThat(away.kind()).isEqualTo("not-sealed");
        assertThat(away.json().getString("detail")).contains("is sealed (503)").doesNotContain("canary");
        assertThat(create.kind()).isEqualTo("not-sealed");
        assertThat(ask("GET", export, null).text()).isEqualTo(before);

        transit.status(200);
        Await.until(() -> status(there) == 200);
        assertThat(ask("GET", export, null).text())
                .contains("v1.transit-sluice.")
                .doesNotContain("canary");
        ManagedSecrets alone = new ManagedSecrets(new Seal(service(transit), ENTROPY));
        feed = new ResourceFeed(vertx, new ResourceRepository(database), alone, ManagedStart.none(dir));
        takeEffect();
        assertThat(live.channels().getLast().accounts().getFirst().key()).isEqualTo(Secret.of("canary-s"));
    }

    /** Of a renewal. */
    private int status(AdminVerticle there) {
        try {
            return ask(there, OWN.reveal(), "POST", "/configuration/reseal", null)
                    .status();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** As a process has it. */
    private static ServiceMasterKeys service(FakeTransit transit) throws Exception {
        return new ServiceMasterKeys("transit-sluice", new TransitService(transit.config(), System::nanoTime), ENTROPY);
    }

    @Test
    void isForThoseWhoMay() throws Exception {
        String viewer = token("viewer");
        String operator = token("operator");
        String reaching = CHANNEL.formatted("p", "p").replace("\"headers\"", "\"allow-private\":true,\"headers\"");
        String mine = CHANNEL.formatted("s", "s");

        assertThat(ask(admin, viewer, "POST", "/channels", mine).status()).isEqualTo(403);
        assertThat(ask(admin, viewer, "GET", "/channels", null).status()).isEqualTo(200);
        assertThat(ask(admin, viewer, "GET", "/configuration/export?sealed=true", null)
                        .status())
                .isEqualTo(403);
        assertThat(ask(admin, operator, "POST", "/channels", reaching).status()).isEqualTo(403);
        assertThat(ask(admin, operator, "POST", "/channels", mine).status()).isEqualTo(201);
        assertThat(ask(admin, operator, "PATCH", "/channels/s", "{\"allow-private\":true}", "if-match", "*")
                        .status())
                .isEqualTo(403);
        assertThat(ask(admin, operator, "POST", "/configuration/reseal", null).status())
                .isEqualTo(403);
        assertThat(ask("POST", "/channels", reaching).status()).isEqualTo(201);
        assertThat(ask(admin, operator, "PATCH", "/channels/p", "{\"weight\":2}", "if-match", "*")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void saysWhenTheFilesAreBroken() throws Exception {
        Files.writeString(dir.resolve("gateway.yaml"), "channels: 5\n");

        Answer answer = ask("POST", "/channels", CHANNEL.formatted("s", "s"));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.kind()).isEqualTo("files-invalid");
    }

    @Test
    void showsFilesWithoutADatabase() throws Exception {
        database.close();

        assertThat(ask("GET", "/channels/filed", null).json().getString("origin"))
                .isEqualTo("gateway.yaml:2");
        assertThat(ask("GET", "/channels", null).status()).isEqualTo(200);
        assertThat(ask("POST", "/channels", CHANNEL.formatted("s", "s")).status())
                .isEqualTo(503);
    }

    @Test
    void asksAProviderForItsModels() throws Exception {
        Answer saved = ask("POST", "/channels/filed/fetch-models", "{}");
        Answer unsaved = ask(
                "POST",
                "/fetch-models",
                "{\"type\":\"openai\",\"base-url\":\"https://api.example.com/v1\",\"key\":\"canary-key\"}");
        Answer inside = ask(
                "POST",
                "/fetch-models",
                "{\"type\":\"openai\",\"base-url\":\"https://10.0.0.1/v1\",\"key\":\"canary-key\"}");
        Answer wrong = ask("POST", "/fetch-models", "{\"type\":\"opnai\",\"key\":\"canary-key\"}");

        assertThat(saved.json().getJsonArray("models").getList()).contains("m-1");
        assertThat(saved.json().getJsonObject("served").getString("m")).isEqualTo("m");
        assertThat(unsaved.status()).as(unsaved.text()).isEqualTo(200);
        assertThat(unsaved.json().getJsonArray("models").getList()).containsExactly("m-1", "of-one");
        assertThat(inside.status()).isEqualTo(422);
        assertThat(inside.text()).contains("allow-private");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(unsaved.text() + inside.text() + wrong.text()).doesNotContain("canary");
        assertThat(ask("GET", "/channels", null).text()).doesNotContain("fetch-");
        assertThat(ask("POST", "/channels/nobody/fetch-models", "{}").status()).isEqualTo(404);
    }

    @Test
    void triesAFileWithoutWritingIt() throws Exception {
        Files.writeString(dir.resolve("secret.txt"), "canary-of-a-file\n");
        String yaml = FILES.replace("{ m: {} }", "{ m: {}, more: {} }");
        Answer good = check(yaml);
        Answer bad = check(yaml.replace("type: openai", "type: opnai"));
        Answer thief = check(yaml.replace("key: sk-filed", "key: '${file:secret.txt}'"));
        Answer elsewhere = ask(
                "POST",
                "/configuration/check",
                new JsonObject().put("yaml", "a: 1").put("file", "../x").encode());

        assertThat(good.json().getBoolean("good")).as(good.text()).isTrue();
        assertThat(good.json().getJsonArray("changes").encode()).contains("more");
        assertThat(bad.json().getBoolean("good")).isFalse();
        JsonObject error = bad.json().getJsonArray("errors").getJsonObject(0);
        assertThat(error.getInteger("line")).isPositive();
        assertThat(error.getInteger("column")).isPositive();
        assertThat(error.getJsonArray("context").encode()).contains("type: opnai");
        assertThat(bad.json().getValue("changes")).isNull();
        assertThat(good.text() + bad.text()).doesNotContain("sk-filed");
        assertThat(thief.json().getBoolean("good")).isFalse();
        assertThat(thief.text()).contains("secret.txt").doesNotContain("canary-of-a-file");
        assertThat(elsewhere.status()).isEqualTo(400);
        assertThat(Files.readString(dir.resolve("gateway.yaml"))).isEqualTo(FILES);
    }

    private Answer check(String yaml) throws Exception {
        return ask(
                "POST",
                "/configuration/check",
                new JsonObject().put("yaml", yaml).encode());
    }

    @Test
    void showsTheLinesThatAreWrong() throws Exception {
        bus.publish(
                Address.RELOAD_FAILED,
                new ReloadFailed(
                        List.of("gateway.yaml:2: x"),
                        List.of("gateway.yaml:2"),
                        List.of(new ReloadFailed.Fault("gateway.yaml", 4, 5, "channels[0]", "is wrong"))));
        Await.until(() -> faults().size() == 1);

        JsonObject fault = faults().getJsonObject(0);
        assertThat(fault.getString("message")).isEqualTo("is wrong");
        assertThat(fault.getJsonArray("context").size()).isGreaterThan(2);
        assertThat(fault.encode()).doesNotContain("sk-filed");
    }

    private JsonArray faults() {
        try {
            return ask("GET", "/config", null).json().getJsonArray("faults");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tellsWhatFormsNeed() throws Exception {
        JsonObject types = ask("GET", "/provider-types", null).json();

        assertThat(types.getJsonArray("types").size()).isEqualTo(8);
        assertThat(types.getJsonArray("presets").encode()).contains("deepseek", "https://api.deepseek.com");
        JsonObject openai = types.getJsonArray("types").getJsonObject(0);
        assertThat(openai.getString("type")).isEqualTo("openai");
        assertThat(openai.getJsonArray("fields").encode())
                .contains("\"path\":\"priority\"", "\"path\":\"accounts[].key\"", "\"path\":\"accounts[].limits.rpm\"")
                .doesNotContain("api-version", "keys-file");
        assertThat(types.getJsonArray("types").getJsonObject(1).encode()).contains("api-version");
    }

    @Test
    void putsBackWhatAChannelHasSaidBefore() throws Exception {
        Answer made = create("s");
        takeEffect();
        Answer changed = ask(
                "PATCH",
                "/channels/s",
                "{\"priority\":7,\"accounts\":[{\"name\":\"main\",\"key\":\"canary-other\"}]}",
                "if-match",
                made.etag());
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
        Answer history = ask("GET", "/channels/s/history", null);
        JsonArray versions = history.json().getJsonArray("versions");
        long first = versions.getJsonObject(1).getLong("version");
        String wanted = "{\"version\":" + first + "}";

        Answer stale = ask("POST", "/channels/s/restore", wanted, "if-match", made.etag());
        Answer tried = ask("POST", "/channels/s/restore?dry-run=true", wanted, "if-match", changed.etag());
        Answer restored = ask("POST", "/channels/s/restore", wanted, "if-match", changed.etag());
        takeEffect();

        assertThat(versions).hasSize(2);
        assertThat(versions.getJsonObject(0).getBoolean("current")).isTrue();
        assertThat(versions.getJsonObject(0).getJsonArray("changes").encode()).contains("priority");
        assertThat(stale.status()).isEqualTo(412);
        assertThat(tried.json().getJsonArray("changes").encode()).contains("priority");
        assertThat(restored.status()).as(restored.text()).isEqualTo(200);
        assertThat(history.text() + tried.text() + restored.text()).doesNotContain("canary");
        assertThat(live.accounts().stream()
                        .filter(account -> account.id().equals("s/main"))
                        .findFirst()
                        .orElseThrow()
                        .key()
                        .reveal())
                .isEqualTo("canary-s");
        assertThat(ask("GET", "/audit?kind=channel&name=s", null).text()).contains("\"restore\"");
        assertThat(ask("POST", "/channels/s/restore", "{\"version\":999999}", "if-match", "*")
                        .status())
                .isEqualTo(400);
        assertThat(ask("GET", "/channels/nobody/history", null).status()).isEqualTo(404);
    }

    @Test
    void putsBackWhatWasDeleted() throws Exception {
        Answer made = create("s");
        assertThat(ask("DELETE", "/channels/s", null, "if-match", made.etag()).status())
                .isEqualTo(204);
        takeEffect();
        JsonArray versions = ask("GET", "/channels/s/history", null).json().getJsonArray("versions");
        long first = versions.getJsonObject(1).getLong("version");

        Answer restored = ask("POST", "/channels/s/restore", "{\"version\":" + first + "}", "if-match", "*");
        takeEffect();

        assertThat(versions.getJsonObject(0).getBoolean("deleted")).isTrue();
        assertThat(restored.status()).as(restored.text()).isEqualTo(200);
        assertThat(live.accounts()).anyMatch(account -> account.id().equals("s/main"));
    }

    @Test
    void keepsTheLastFiftyVersions() throws Exception {
        create("s");
        for (int i = 0; i < 55; i++) {
            assertThat(ask("PATCH", "/channels/s", "{\"priority\":" + i + "}", "if-match", "*")
                            .status())
                    .isEqualTo(200);
        }

        JsonArray versions = ask("GET", "/channels/s/history", null).json().getJsonArray("versions");
        assertThat(versions).hasSize(50);
        assertThat(versions.getJsonObject(0).getJsonObject("document").getValue("priority"))
                .hasToString("54");
        assertThat(versions.getJsonObject(49).getJsonObject("document").getValue("priority"))
                .hasToString("5");
    }

    @Test
    void showsAChannelAsYamlAndReadsItBack() throws Exception {
        create("s");
        takeEffect();

        String yaml = ask("GET", "/channels/s/yaml", null).json().getString("yaml");
        Answer read = ask(
                "POST",
                "/configuration/read",
                new JsonObject().put("yaml", yaml).encode());
        Answer imported = ask(
                "POST",
                "/configuration/import?dry-run=true",
                read.json().getJsonObject("document").encode());

        assertThat(yaml)
                .startsWith("channels:")
                .contains("name: s", "fingerprint ")
                .doesNotContain("canary");
        assertThat(imported.json().getJsonArray("unchanged").getList()).containsExactly("channels/s");
        assertThat(ask("GET", "/channels/filed/yaml", null).status()).isEqualTo(404);
    }

    @Test
    void refusesYamlThatGrows() throws Exception {
        String bomb = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n";
        for (String text : List.of(bomb, "a: [", "- 1", "!!javax.script.ScriptEngineManager [x]", "[".repeat(5000))) {
            Answer answer = ask(
                    "POST",
                    "/configuration/read",
                    new JsonObject().put("yaml", text).encode());
            assertThat(answer.status()).as(answer.text()).isEqualTo(400);
            assertThat(answer.text()).contains("/yaml");
        }
    }

    @Test
    void looksForAccounts() throws Exception {
        assertThat(ask("GET", "/accounts?search=FILED%2Fa", null).json().getJsonArray("accounts"))
                .hasSize(1);
        assertThat(ask("GET", "/accounts?search=nobody", null).json().getJsonArray("accounts"))
                .isEmpty();
    }
}
