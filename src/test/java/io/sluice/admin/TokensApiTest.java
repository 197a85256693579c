package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.MessageCodecs;
import io.sluice.store.PgDatabase;
import io.sluice.testkit.AdminClient;
import io.sluice.testkit.AdminClient.Reply;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens and the audit log through the API, over a real database. */
class TokensApiTest {
    private static final Instant START = Instant.parse("2026-11-28T00:00:00Z");

    private final Vertx vertx = Vertx.vertx();
    private PgDatabase database;
    private AdminClient owner;
    private Instant now = START;

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        database = TestPostgres.open(vertx);
        AdminVerticle admin =
                new AdminVerticle(Admins.setup(Nodes.lanes(2), Revisions.of("r1", 1, "gpt-4o"), database, () -> now));
        TestNode.await(vertx.deployVerticle(admin));
        owner = new AdminClient(admin.port(), Admins.TOKEN.reveal());
    }

    @AfterEach
    void close() {
        owner.close();
        database.close();
        TestNode.await(vertx.close());
    }

    private Reply create(AdminClient who, String name, String role, String more) {
        return who.post("/tokens", "{\"name\":\"" + name + "\",\"role\":\"" + role + "\"" + more + "}");
    }

    private AdminClient made(AdminClient who, String name, String role) {
        return owner.as(create(who, name, role, "").json().getString("token"));
    }

    @Test
    void aTokenIsShownOnceAndWorksAtOnce() {
        Reply created = create(owner, "ci", "viewer", "");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("location")).isEqualTo("/admin/v1/tokens/ci");
        String text = created.json().getString("token");
        assertThat(text).matches("sluice-admin-[A-Za-z0-9_-]{43}");
        assertThat(owner.as(text).get("/config").status()).isEqualTo(200);
        Reply read = owner.get("/tokens/ci");
        assertThat(read.json().getString("role")).isEqualTo("viewer");
        assertThat(read.json().getString("created-by")).isEqualTo("bootstrap");
        assertThat(read.header("etag")).isEqualTo(created.header("etag"));
        for (String path : List.of("/tokens", "/tokens/ci", "/audit")) {
            assertThat(owner.get(path).text()).contains("ci").doesNotContain(text);
        }
    }

    @Test
    void nobodyGivesMoreThanTheyHave() {
        AdminClient operator = made(owner, "operator", "operator");
        AdminClient viewer = made(operator, "viewer", "viewer");
        now = START;
        AdminClient brief = owner.as(create(owner, "brief", "operator", ",\"expires-at\":\"2026-11-29T00:00:00Z\"")
                .json()
                .getString("token"));

        assertThat(create(viewer, "x", "viewer", "").status()).isEqualTo(403);
        assertThat(create(operator, "x", "owner", "").status()).isEqualTo(403);
        assertThat(create(operator, "x", "operator", "").status()).isEqualTo(201);
        assertThat(create(brief, "y", "viewer", "").status()).isEqualTo(403);
        assertThat(create(brief, "y", "viewer", ",\"expires-at\":\"2026-11-30T00:00:00Z\"")
                        .status())
                .isEqualTo(403);
        assertThat(create(brief, "y", "viewer", ",\"expires-at\":\"2026-11-28T12:00:00Z\"")
                        .status())
                .isEqualTo(201);
        assertThat(create(owner, "boss", "owner", "").status()).isEqualTo(201);
        assertThat(operator.delete("/tokens/boss", "*").status()).isEqualTo(403);
        assertThat(owner.get("/tokens/boss").json().getValue("revoked-at")).isNull();
    }

    @Test
    void aTokenForATeamDoesNothingElse() {
        AdminClient red = owner.as(
                create(owner, "red", "owner", ",\"team\":\"red\"").json().getString("token"));

        assertThat(red.get("/config").status()).isEqualTo(403);
        assertThat(create(red, "x", "viewer", "").status()).isEqualTo(403);
        assertThat(red.get("/openapi.json").status()).isEqualTo(200);
    }

    @Test
    void aTokenEndsWhenItIsRevokedOrItsTimeIsOver() {
        AdminClient ci = made(owner, "ci", "viewer");
        AdminClient brief = owner.as(create(owner, "brief", "viewer", ",\"expires-at\":\"2026-11-28T00:00:10Z\"")
                .json()
                .getString("token"));
        assertThat(ci.get("/config").status()).isEqualTo(200);
        assertThat(brief.get("/config").status()).isEqualTo(200);

        assertThat(owner.delete("/tokens/ci", owner.get("/tokens/ci").header("etag"))
                        .status())
                .isEqualTo(204);
        now = START.plusSeconds(10);

        Await.until(() -> ci.get("/config").status() == 401);
        assertThat(brief.get("/config").status()).isEqualTo(401);
        assertThat(owner.delete("/tokens/ci", "*").status()).isEqualTo(404);
        assertThat(create(owner, "ci", "viewer", "").status()).isEqualTo(409);
    }

    @Test
    void ofTwoWhoChangeTheSameOneWins() {
        made(owner, "ci", "viewer");
        String etag = owner.get("/tokens/ci").header("etag");

        List<Integer> statuses = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> owner.delete("/tokens/ci", etag).status()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .sorted()
                .toList();

        assertThat(statuses).containsExactly(204, 404, 404, 404);
        assertThat(owner.delete("/tokens/ci", null).status()).isEqualTo(428);
        made(owner, "other", "viewer");
        assertThat(owner.delete("/tokens/other", etag).status()).isEqualTo(412);
    }

    @Test
    void aRepeatedCreateIsToldSoAndShowsNoText() {
        String body = "{\"name\":\"ci\",\"role\":\"viewer\"}";
        Reply first = owner.post("/tokens", body, "idempotency-key", "k1");
        Reply again = owner.post("/tokens", "{\"role\": \"viewer\", \"name\": \"ci\"}", "idempotency-key", "k1");
        Reply other = owner.post("/tokens", "{\"name\":\"cd\",\"role\":\"viewer\"}", "idempotency-key", "k1");

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.json().getString("type")).isEqualTo("urn:sluice:problem:already-created");
        assertThat(again.json().getJsonObject("created").getString("name")).isEqualTo("ci");
        assertThat(again.text()).doesNotContain(first.json().getString("token"));
        assertThat(other.status()).isEqualTo(422);
        assertThat(owner.get("/tokens").json().getJsonArray("tokens")).hasSize(1);
    }

    @Test
    void pagesAreWholeAndOrdered() {
        for (String name : List.of("c", "a", "d", "b")) {
            create(owner, name, "viewer", "");
        }
        JsonObject first = owner.get("/tokens?limit=3").json();
        JsonObject last = owner.get("/tokens?limit=3&cursor=" + first.getString("next-cursor"))
                .json();

        assertThat(names(first)).containsExactly("a", "b", "c");
        assertThat(names(last)).containsExactly("d");
        JsonObject audit = owner.get("/audit?kind=token&limit=3").json();
        JsonObject older = owner.get("/audit?kind=token&limit=3&cursor=" + audit.getString("next-cursor"))
                .json();
        assertThat(names(audit.getJsonArray("entries"))).containsExactly("b", "d", "a");
        assertThat(names(older.getJsonArray("entries"))).containsExactly("c");
    }

    private static List<String> names(JsonObject page) {
        return names(page.getJsonArray("tokens"));
    }

    private static List<String> names(JsonArray entries) {
        return entries.stream()
                .map(each -> ((JsonObject) each).getString("name"))
                .toList();
    }

    @Test
    void whoGuessesWaitsAndIsInTheAuditLog() {
        AdminClient guesser = owner.as("sluice-admin-0000000000000000000000000000000000000000000");
        List<Integer> statuses = IntStream.range(0, 8)
                .mapToObj(i -> guesser.get("/config").status())
                .toList();

        assertThat(statuses).startsWith(401, 401, 401, 401, 401).endsWith(429);
        assertThat(guesser.get("/config").header("retry-after")).isNotNull();
        Await.until(() -> !TestNode.await(new io.sluice.store.AuditRepository(database)
                        .list(new io.sluice.store.AuditRepository.Question("", "", "", "log-in", Long.MAX_VALUE, 10)))
                .isEmpty());
    }

    /** All behind one proxy have one address. */
    @Test
    void aRightTokenIsNotRefusedForTheGuessesOfOthers() {
        String token = owner.post("/tokens", "{\"name\":\"honest\",\"role\":\"viewer\"}")
                .json()
                .getString("token");
        AdminClient honest = owner.as(token);
        AdminClient guesser = owner.as("sluice-admin-0000000000000000000000000000000000000000001");
        assertThat(honest.get("/config").status()).isEqualTo(200);
        for (int i = 0; i < 10; i++) {
            guesser.get("/config");
        }
        assertThat(guesser.get("/config").status()).isEqualTo(429);

        assertThat(honest.get("/config").status()).isEqualTo(200);
        for (int i = 0; i < 10; i++) {
            guesser.get("/config");
        }
        assertThat(owner.get("/config").status()).isEqualTo(200);
    }

    @Test
    void whatWasDoneToThePoolIsInTheAuditLogToo() {
        assertThat(owner.post("/pool/openai/a/disable", "{}").status()).isEqualTo(503);
        assertThat(owner.get("/audit").json().getJsonArray("entries")).isEmpty();
        new io.sluice.message.Bus(vertx, Duration.ofSeconds(1))
                .serve(
                        io.sluice.message.Address.POOL_ACT,
                        action -> io.vertx.core.Future.succeededFuture(new io.sluice.message.PoolActionResult(
                                io.sluice.message.PoolActionResult.Outcome.DONE, "Done.", List.of())));

        assertThat(owner.post("/pool/openai/a/disable", "{}").status()).isEqualTo(200);

        Await.until(() -> owner.get("/audit?action=disable").text().contains("openai/a"));
    }

    @Test
    void whatTheStoreDoesNotHaveIsUnknown() {
        assertThat(owner.get("/tokens/nobody").status()).isEqualTo(404);
        assertThat(owner.delete("/tokens/nobody", "*").status()).isEqualTo(404);
        assertThat(create(owner, "bootstrap", "viewer", "").status()).isEqualTo(400);
        assertThat(create(owner, "x", "viewer", ",\"expires-at\":\"2020-01-01T00:00:00Z\"")
                        .status())
                .isEqualTo(400);
    }
}
