package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.key.KeyFormat;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.Team;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.stored.StoredIds;
import io.sluice.message.MessageCodecs;
import io.sluice.store.PgDatabase;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Virtual keys by API, over HTTP and a real PostgreSQL. Each test has keys of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeysApiTest {
    private static final String OWNER = Admins.TOKEN.reveal();
    private static final AccountLimits LIMITS = new AccountLimits(
            new LimitSet(List.of(new Limit(Dimension.REQUESTS, 100, Duration.ofMinutes(1))), 5), Map.of(), List.of());
    private static final StoredIds SECRETS = new StoredIds(List.of(Secret.of("a-secret-of-the-installation-0123")));

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final StoredKeys inForce = new StoredKeys();
    private PgDatabase database;
    private int port;

    private record Reply(
            int status, JsonObject body, @Nullable String etag, String text) {}

    @BeforeAll
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        database = TestPostgres.open(vertx);
        GatewayRevision revision = new RevisionBuilder()
                .channel("c", c -> c.serves("gpt-4o", "o1"))
                .key("of-files", "sk-of-files-0123456789")
                .team(new Team("science", null, LIMITS, List.of()))
                .team(new Team("physics", "science", AccountLimits.NONE, List.of()))
                .team(new Team("arts", null, AccountLimits.NONE, List.of()))
                .build();
        AdminVerticle admin = new AdminVerticle(
                Admins.setup(Nodes.admin(null, null), revision, database, InstantSource.system(), inForce, SECRETS));
        TestPostgres.await(vertx.deployVerticle(admin));
        port = admin.port();
        Await.until(() -> send("GET", "/openapi.json", OWNER, null).status() == 200);
    }

    @AfterAll
    void stop() {
        TestPostgres.await(vertx.close());
        database.close();
    }

    private Reply send(String method, String path, String token, @Nullable JsonObject body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/admin/v1" + path))
                .header("authorization", "Bearer " + token)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.encode()));
        if (body != null) {
            request.header("content-type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            String text = answer.body();
            return new Reply(
                    answer.statusCode(),
                    text.startsWith("{") ? new JsonObject(text) : new JsonObject(),
                    answer.headers().firstValue("etag").orElse(null),
                    text);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Reply create(String name, JsonObject more) {
        return send("POST", "/keys", OWNER, more.copy().put("name", name));
    }

    /** A text that a person chose is in the body, and could be tried against a hash that needs no secret. */
    @Test
    void whatWasAskedForIsKeptUnderTheInstallationsSecret() {
        String text = "chosen-by-a-person-1";
        JsonObject body = JsonObject.of("name", "marked", "key", text);
        assertThat(send("POST", "/keys", OWNER, body, "idempotency-key", "mark-1")
                        .status())
                .isEqualTo(201);

        byte[] kept = TestPostgres.await(database.use(connection -> connection
                .query("SELECT request FROM idempotency WHERE key = 'mark-1'")
                .execute()
                .map(rows -> rows.iterator().next().getBuffer(0).getBytes())));
        String asked =
                "POST\n/admin/v1/keys\n{{\"n\":\"key\"}{\"v\":\"" + text + "\"},{\"n\":\"name\"}{\"v\":\"marked\"},}";

        assertThat(kept).isEqualTo(SECRETS.requestMarks(asked).getFirst()).isNotEqualTo(Secret.sha256(asked));
        assertThat(send("POST", "/keys", OWNER, body, "idempotency-key", "mark-1")
                        .body()
                        .getString("type"))
                .endsWith("already-created");
    }

    private Reply get(String name) {
        return send("GET", "/keys/" + name, OWNER, null);
    }

    private String token(String name, String role, @Nullable String team) {
        Reply made = send(
                "POST",
                "/tokens",
                OWNER,
                new JsonObject()
                        .put("name", name)
                        .put("role", role)
                        .mergeIn(team == null ? new JsonObject() : JsonObject.of("team", team)));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.body().getString("token");
    }

    @Test
    void aKeyIsMadeAndItsTextIsShownOnce() {
        Reply made = create("made", JsonObject.of("models", JsonArray.of("gpt*"), "limits", JsonObject.of("rpm", 5)));

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        String text = made.body().getString("key");
        assertThat(KeyFormat.isGenerated(text)).isTrue();
        Reply shown = get("made");
        assertThat(shown.text()).doesNotContain(text.substring("sk-sluice-".length()));
        assertThat(shown.etag()).isEqualTo(made.etag());
        assertThat(shown.body().getJsonArray("models")).isEqualTo(JsonArray.of("gpt*"));
        assertThat(shown.body().getJsonObject("limits")).isEqualTo(JsonObject.of("rpm", 5));
        assertThat(shown.body().getString("state")).isEqualTo("active");
        assertThat(shown.body().getJsonArray("credentials").getJsonObject(0).getString("fingerprint"))
                .isEqualTo(KeyHash.ofKey(text).hex().substring(0, 12));
        Reply audit = send("GET", "/audit?kind=key&name=made", OWNER, null);
        assertThat(audit.body().getJsonArray("entries").getJsonObject(0).getString("action"))
                .isEqualTo("create");
        assertThat(audit.text()).doesNotContain(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | name",
                "{\"name\": \"../x\"} | /name",
                "{\"name\": \"n\", \"models\": [\"a b\"]} | /models/0",
                "{\"name\": \"n\", \"models\": []} | /models",
                "{\"name\": \"n\", \"limits\": {\"rpm\": -1}} | /limits/rpm",
                "{\"name\": \"n\", \"limits\": {\"rpm\": 99999999999999999999}} | /limits/rpm",
                "{\"name\": \"n\", \"limits\": {\"rpms\": 1}} | /limits/rpms",
                "{\"name\": \"n\", \"limits\": \"all\"} | /limits",
                "{\"name\": \"n\", \"hash\": \"00\"} | /hash",
                "{\"name\": \"n\", \"disabled\": false} | /disabled",
                "{\"name\": \"n\", \"team\": \"nobody\"} | /team",
                "{\"name\": \"n\", \"expires\": \"soon\"} | /expires",
                "{\"name\": \"n\", \"tags\": [\"${env:PATH}\"]} | /tags/0",
                "{\"name\": \"n\", \"defaults\": {\"chat\": {\"user\": \"${file:/etc/passwd}\"}}} | /defaults/chat/user",
                "{\"name\": \"n\", \"budget\": {\"amount\": -5, \"every\": \"day\"}} | /budget/amount",
                "{\"name\": \"n\", \"key\": \"short\"} | /key",
                "{\"name\": \"n\", \"key\": \"sk-sluice-0123456789012345678901234567890123456789\"} | /key"
            })
    void whatIsWrongIsNamedAndNothingIsMade(String body, String field) {
        Reply answer = send("POST", "/keys", OWNER, new JsonObject(body));

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.body().getJsonArray("errors").encode()).contains(field);
        assertThat(get("n").status()).isEqualTo(404);
        assertThat(answer.text()).doesNotContain("/bin", "root:");
    }

    @Test
    void textsThatLookLikeTemplatesAreTexts() {
        assertThat(create("tpl", JsonObject.of("tags", JsonArray.of("{{7*7}}", "#{T(x)}")))
                        .status())
                .isEqualTo(201);

        assertThat(get("tpl").body().getJsonArray("tags")).isEqualTo(JsonArray.of("{{7*7}}", "#{T(x)}"));
    }

    @Test
    void namesAreGivenOnce() {
        create("once", new JsonObject());

        assertThat(create("once", new JsonObject()).status()).isEqualTo(409);
        assertThat(create("of-files", new JsonObject()).body().getString("type"))
                .endsWith(":in-files");
        Reply read = get("once");
        assertThat(send("DELETE", "/keys/once", OWNER, null, "if-match", String.valueOf(read.etag()))
                        .status())
                .isEqualTo(204);
        assertThat(get("once").status()).isEqualTo(404);
        assertThat(create("once", new JsonObject()).status()).isEqualTo(409);
    }

    @Test
    void aChosenTextIsHashedWithTheSecretAndUsedOnce() {
        String text = "a text that-a-person-chose".replace(' ', '-');

        Reply made = create("chosen", JsonObject.of("key", text));

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        JsonObject credential = get("chosen").body().getJsonArray("credentials").getJsonObject(0);
        assertThat(credential.getString("kind")).isEqualTo("chosen");
        assertThat(credential.getString("fingerprint"))
                .isEqualTo(SECRETS.chosenKey(text).getFirst().hex().substring(0, 12))
                .isNotEqualTo(KeyHash.ofKey(text).hex().substring(0, 12));
        assertThat(create("chosen-2", JsonObject.of("key", text)).status()).isEqualTo(409);
        assertThat(create("chosen-3", JsonObject.of("key", "sk-of-files-0123456789"))
                        .status())
                .isEqualTo(409);
    }

    @Test
    void concurrentChangesHaveOneWinner() {
        Reply made = create("edited", JsonObject.of("limits", JsonObject.of("rpm", 5, "tpm", 10)));
        String etag = String.valueOf(made.etag());

        Reply first = send(
                "PATCH",
                "/keys/edited",
                OWNER,
                new JsonObject("{\"limits\": {\"rpm\": 7, \"tpm\": null}, \"priority\": 3}"),
                "if-match",
                etag);
        Reply second = send("PATCH", "/keys/edited", OWNER, JsonObject.of("priority", 1), "if-match", etag);
        Reply without = send("PATCH", "/keys/edited", OWNER, JsonObject.of("priority", 1));

        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(second.status()).isEqualTo(412);
        assertThat(without.status()).isEqualTo(428);
        assertThat(get("edited").body().getJsonObject("limits")).isEqualTo(JsonObject.of("rpm", 7));
        assertThat(get("edited").body().getInteger("priority")).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\": \"x\"}",
                "{\"state\": \"active\"}",
                "{\"credentials\": []}",
                "{\"created-by\": \"me\"}",
                "{\"key\": \"0123456789abcdef\"}",
                "{\"version\": 1}",
                "{}"
            })
    void protectedFieldsAreNotChanged(String patch) {
        create("protected", new JsonObject());

        Reply answer = send("PATCH", "/keys/protected", OWNER, new JsonObject(patch), "if-match", "*");

        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void aKeyIsRotatedWithAnOverlap() {
        Reply made = create("rotated", new JsonObject());

        Reply rotated = send("POST", "/keys/rotated/rotate", OWNER, JsonObject.of("overlap", "24h"));

        assertThat(rotated.status()).as(rotated.text()).isEqualTo(200);
        assertThat(rotated.body().getString("key")).isNotEqualTo(made.body().getString("key"));
        JsonArray credentials = get("rotated").body().getJsonArray("credentials");
        assertThat(credentials).hasSize(2);
        assertThat(credentials.getJsonObject(0).getString("until")).isNull();
        assertThat(credentials.getJsonObject(1).getString("until")).isNotNull();
        assertThat(send("POST", "/keys/rotated/rotate", OWNER, JsonObject.of("overlap", "soon"))
                        .status())
                .isEqualTo(400);
        assertThat(send("POST", "/keys/rotated/rotate", OWNER, JsonObject.of("overlap", "91d"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aRotationWithANameIsDoneOnce() {
        create("twice", new JsonObject());
        JsonObject body = JsonObject.of("overlap", "1h");

        Reply first = send("POST", "/keys/twice/rotate", OWNER, body, "idempotency-key", "r-1");
        Reply again = send("POST", "/keys/twice/rotate", OWNER, body, "idempotency-key", "r-1");

        assertThat(first.status()).isEqualTo(200);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text()).doesNotContain(first.body().getString("key"));
        assertThat(get("twice").body().getJsonArray("credentials")).hasSize(2);
    }

    @Test
    void revokedIsForEver() {
        create("off", new JsonObject());

        assertThat(send("POST", "/keys/off/disable", OWNER, null).body().getString("state"))
                .isEqualTo("disabled");
        assertThat(send("POST", "/keys/off/enable", OWNER, null).body().getString("state"))
                .isEqualTo("active");
        assertThat(send("POST", "/keys/off/revoke", OWNER, null).body().getString("state"))
                .isEqualTo("revoked");
        assertThat(send("POST", "/keys/off/enable", OWNER, null).status()).isEqualTo(409);
        assertThat(send("POST", "/keys/off/rotate", OWNER, JsonObject.of("overlap", "0s"))
                        .status())
                .isEqualTo(409);
        assertThat(send("PATCH", "/keys/off", OWNER, JsonObject.of("priority", 1), "if-match", "*")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void manyAreMadeTogetherOrNotAtAll() {
        create("batch-7", new JsonObject());
        JsonArray names = JsonArray.of("batch-6", "batch-7", "batch-8");

        Reply refused = send("POST", "/key-batches", OWNER, JsonObject.of("names", names));
        Reply made = send(
                "POST",
                "/key-batches",
                OWNER,
                JsonObject.of("names", JsonArray.of("b-1", "b-2"), "team", "arts", "tags", JsonArray.of("t")));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(get("batch-6").status()).isEqualTo(404);
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        assertThat(made.body().getJsonArray("keys")).hasSize(2);
        assertThat(KeyFormat.isGenerated(
                        made.body().getJsonArray("keys").getJsonObject(1).getString("key")))
                .isTrue();
        assertThat(get("b-2").body().getString("team")).isEqualTo("arts");
        assertThat(send("POST", "/key-batches", OWNER, JsonObject.of("names", JsonArray.of("b-3", "b-3")))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void listsPageBySearchTeamAndState() {
        for (int i = 0; i < 5; i++) {
            create("list_" + i, JsonObject.of("team", i % 2 == 0 ? "arts" : "physics"));
        }
        create("listX0", new JsonObject());
        send("POST", "/keys/list_4/disable", OWNER, null);

        List<String> paged = new ArrayList<>();
        String cursor = "";
        do {
            Reply page = send("GET", "/keys?search=list_&limit=2" + cursor, OWNER, null);
            page.body().getJsonArray("keys").forEach(key -> paged.add(((JsonObject) key).getString("name")));
            String next = page.body().getString("next-cursor");
            cursor = next == null ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty());

        assertThat(paged).containsExactly("list_0", "list_1", "list_2", "list_3", "list_4");
        assertThat(names("?search=list_&team=physics")).containsExactly("list_1", "list_3");
        assertThat(names("?search=list_&state=disabled")).containsExactly("list_4");
        assertThat(names("?search=of-f")).containsExactly("of-files");
        assertThat(names("?search=listX_")).isEmpty();
        assertThat(send("GET", "/keys?limit=1000000000", OWNER, null).status()).isEqualTo(400);
        assertThat(send("GET", "/keys?cursor=Zm9yZ2Vk", OWNER, null).status()).isEqualTo(400);
    }

    private List<String> names(String query) {
        Reply page = send("GET", "/keys" + query, OWNER, null);
        assertThat(page.status()).as(page.text()).isEqualTo(200);
        return page.body().getJsonArray("keys").stream()
                .map(key -> ((JsonObject) key).getString("name"))
                .toList();
    }

    @Test
    void keysOfFilesAreShownAndNotChanged() {
        Reply shown = get("of-files");

        assertThat(shown.body().getString("origin")).isEqualTo("files");
        assertThat(shown.text()).doesNotContain("sk-of-files");
        assertThat(send("POST", "/keys/of-files/revoke", OWNER, null).body().getString("type"))
                .endsWith(":in-files");
    }

    @Test
    void aTeamsTokenMakesAndSeesKeysOfItsTeamsOnly() {
        String science = token("science-admin", "operator", "science");
        create("of-arts", JsonObject.of("team", "arts"));

        Reply own = send("POST", "/keys", science, JsonObject.of("name", "sci-1"));
        Reply inner = send("POST", "/keys", science, JsonObject.of("name", "sci-2", "team", "physics"));
        Reply other = send("POST", "/keys", science, JsonObject.of("name", "sci-3", "team", "arts"));
        Reply wide =
                send("POST", "/keys", science, JsonObject.of("name", "sci-4", "limits", JsonObject.of("rpm", 101)));
        Reply seeing = send("POST", "/keys", science, JsonObject.of("name", "sci-5", "diagnostics", true));
        Reply moved = send("PATCH", "/keys/sci-1", science, JsonObject.of("team", "arts"), "if-match", "*");
        Reply freed = send("PATCH", "/keys/sci-2", science, new JsonObject().putNull("team"), "if-match", "*");

        assertThat(own.status()).as(own.text()).isEqualTo(201);
        assertThat(own.body().getString("team")).isEqualTo("science");
        assertThat(inner.status()).as(inner.text()).isEqualTo(201);
        assertThat(List.of(other.status(), wide.status(), seeing.status(), moved.status()))
                .containsOnly(403);
        assertThat(freed.body().getString("team")).isEqualTo("science");
        assertThat(send("GET", "/keys/of-arts", science, null).status()).isEqualTo(404);
        assertThat(send("POST", "/keys/of-arts/revoke", science, null).status()).isEqualTo(404);
        assertThat(send("GET", "/keys", science, null).text()).contains("sci-1").doesNotContain("of-arts", "of-files");
    }

    @Test
    void aViewerChangesNothing() {
        String viewer = token("a-viewer", "viewer", null);
        create("seen", new JsonObject());

        assertThat(send("GET", "/keys/seen", viewer, null).status()).isEqualTo(200);
        assertThat(send("POST", "/keys", viewer, JsonObject.of("name", "v")).status())
                .isEqualTo(403);
        assertThat(send("POST", "/keys/seen/revoke", viewer, null).status()).isEqualTo(403);
        assertThat(send("DELETE", "/keys/seen", viewer, null, "if-match", "*").status())
                .isEqualTo(403);
    }

    @Test
    void whyAKeyIsOutOfForceIsShown() {
        create("left-out", new JsonObject());
        inForce.leaveOut("left-out", "for a reason");

        assertThat(get("left-out").body().getString("out-of-force")).isEqualTo("for a reason");
    }
}
