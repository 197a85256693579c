package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.OidcConfig;
import io.sluice.config.SignatureAlgorithm;
import io.sluice.message.MessageCodecs;
import io.sluice.store.PgDatabase;
import io.sluice.testkit.AdminClient;
import io.sluice.testkit.AdminClient.Reply;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeOpenId;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.SignedTokens;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Persons of an OpenID provider at the admin API, over a real database. */
class OidcAdminTest {
    private final Vertx vertx = Vertx.vertx();
    private FakeOpenId issuer;
    private PgDatabase database;
    private AdminClient owner;
    private volatile @Nullable Instant now;

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        issuer = FakeOpenId.start(vertx);
        database = TestPostgres.open(vertx);
        owner = admin(withTeams(issuer.config()));
        Await.until(() -> as("staff", "*").get("/config").status() == 200);
    }

    @AfterEach
    void close() {
        owner.close();
        database.close();
        TestNode.await(vertx.close());
    }

    private static OidcConfig withTeams(OidcConfig config) {
        return new OidcConfig(
                config.issuer(),
                config.client(),
                config.audience(),
                config.algorithms(),
                new OidcConfig.Claims(
                        config.claims().name(),
                        config.claims().role(),
                        "team",
                        config.claims().roles()),
                config.leeway(),
                config.ca());
    }

    private AdminClient admin(OidcConfig config) {
        AdminVerticle admin = new AdminVerticle(Admins.setup(
                Nodes.adminWith(config),
                Revisions.of("r1", 1, "gpt-4o"),
                database,
                () -> now == null ? Instant.now() : now));
        TestNode.await(vertx.deployVerticle(admin));
        return new AdminClient(admin.port(), Admins.TOKEN.reveal());
    }

    private JsonObject claims(String role, String team) {
        return issuer.alice()
                .put("team", team)
                .put("realm_access", new JsonObject().put("roles", new JsonArray().add(role)));
    }

    private AdminClient as(String role, String team) {
        return owner.as(issuer.key().sign(claims(role, team)));
    }

    private static Reply create(AdminClient who, String name, String role, Instant expires) {
        return who.post(
                "/tokens",
                new JsonObject()
                        .put("name", name)
                        .put("role", role)
                        .put("expires-at", expires.toString())
                        .encode());
    }

    @Test
    void aRoleOfTheProviderIsARoleHere() {
        assertThat(as("staff", "*").get("/tokens").status()).isEqualTo(403);
        assertThat(as("on-call", "*").get("/tokens").status()).isEqualTo(200);
        Reply none = as("cooks", "*").get("/config");
        assertThat(none.status()).isEqualTo(403);
        assertThat(none.json().getString("detail"))
                .contains("realm_access.roles")
                .contains("admin.oidc.roles");
        Reply red = as("admins", "red").get("/config");
        assertThat(red.status()).isEqualTo(403);
        assertThat(red.json().getString("detail")).contains("one team");
        assertThat(as("admins", "red").get("/openapi.json").status()).isEqualTo(200);
        assertThat(owner.as(issuer.token("admins")).get("/openapi.json").status())
                .isEqualTo(403);
        assertThat(owner.get("/tokens").status()).isEqualTo(200);
    }

    @Test
    void nobodyGivesMoreThanTheyHaveAndTheAuditLogNamesThem() {
        Instant soon = Instant.now().plusSeconds(60);
        AdminClient operator = as("on-call", "*");

        assertThat(create(operator, "boss", "owner", soon).status()).isEqualTo(403);
        assertThat(create(operator, "ci", "viewer", soon.plusSeconds(3600)).status())
                .isEqualTo(403);
        assertThat(operator.post("/tokens", "{\"name\":\"ci\",\"role\":\"viewer\"}")
                        .status())
                .isEqualTo(403);
        Reply made = create(operator, "ci", "viewer", soon);

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().getString("created-by")).isEqualTo("oidc:alice@example.com");
        JsonObject row = owner.get("/audit?actor=oidc:alice@example.com")
                .json()
                .getJsonArray("entries")
                .getJsonObject(0);
        assertThat(row.getString("actor")).isEqualTo("oidc:alice@example.com");
        assertThat(row.getString("role")).isEqualTo("operator");
        assertThat(row.getString("action")).isEqualTo("create");
        assertThat(create(owner, "oidc:alice@example.com", "viewer", soon).status())
                .isEqualTo(400);
    }

    @Test
    void wrongOnesAreGuessesAndThoseWithoutARoleAreNot() {
        AdminClient stranger = owner.as(
                SignedTokens.of(SignatureAlgorithm.RS256, issuer.key().kid()).sign(claims("admins", "*")));
        for (int i = 0; i < 10; i++) {
            assertThat(as("cooks", "*").get("/config").status()).isEqualTo(403);
        }

        List<Integer> statuses = List.of(1, 2, 3, 4, 5, 6).stream()
                .map(i -> stranger.get("/config").status())
                .toList();

        assertThat(statuses).containsExactly(401, 401, 401, 401, 401, 429);
        int asked = issuer.keySets();
        AdminClient unknown =
                owner.as(SignedTokens.of(SignatureAlgorithm.RS256, "unknown").sign(claims("admins", "*")));
        assertThat(unknown.get("/config").status()).isEqualTo(429);
        assertThat(issuer.keySets()).isEqualTo(asked);
        assertThat(as("admins", "*").get("/config").status()).isEqualTo(200);
    }

    @Test
    void theNodesOwnTokenWorksWhileTheProviderIsAway() {
        String nowhere = "http://localhost:" + FreePort.next();
        try (AdminClient alone = admin(FakeOpenId.config(nowhere, null, List.of(SignatureAlgorithm.RS256)))) {
            String token = issuer.token("admins");
            for (int i = 0; i < 7; i++) {
                Reply refused = alone.as(token).get("/config");
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.json().getString("type")).endsWith(":provider-unknown");
                assertThat(refused.header("retry-after")).isEqualTo("2");
            }
            JsonObject shown = alone.get("/config").json().getJsonObject("node").getJsonObject("admin-oidc");
            assertThat(shown.getString("issuer")).isEqualTo(nowhere);
            assertThat(shown.getBoolean("client-secret")).isTrue();
            assertThat(alone.get("/config").text()).doesNotContain(FakeOpenId.SECRET);
        }
    }

    @Test
    void aBrowserSignsInWithAToken() {
        now = Instant.now();
        Reply signedIn = as("on-call", "red").send("POST", "/session", null);
        assertThat(signedIn.status()).as(signedIn.text()).isEqualTo(200);
        assertThat(signedIn.json().getString("name")).isEqualTo("oidc:alice@example.com");
        String cookie = String.valueOf(signedIn.header("set-cookie")).replaceAll(";.*", "");

        JsonObject session = owner.cookie(cookie).get("/session").json();
        assertThat(session.getString("role")).isEqualTo("operator");
        assertThat(session.getString("team")).isEqualTo("red");
        assertThat(owner.cookie(cookie).get("/config").status()).isEqualTo(403);
        now = now.plusSeconds(400);
        assertThat(owner.cookie(cookie).get("/session").json().getString("type"))
                .endsWith(":session-ended");
    }

    @Test
    void aTokenWithManyGroupsFits() {
        JsonArray groups = new JsonArray();
        for (int i = 0; i < 250; i++) {
            groups.add("00000000-0000-0000-0000-" + (100_000_000_000L + i));
        }
        JsonObject claims = claims("x", "*");
        claims.getJsonObject("realm_access").put("roles", groups.add("admins"));

        assertThat(owner.as(issuer.key().sign(claims)).get("/tokens").status()).isEqualTo(200);
    }
}
