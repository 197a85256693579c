package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.health.Circuit;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.quota.Dimension;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ClusterView;
import io.sluice.message.GroupStatus;
import io.sluice.message.LedgerState;
import io.sluice.message.MessageCodecs;
import io.sluice.message.PoolReport;
import io.sluice.message.PoolReport.AccountReport;
import io.sluice.message.PoolReport.ModelReport;
import io.sluice.message.PoolReport.Standing;
import io.sluice.message.PoolReport.Traffic;
import io.sluice.message.QuotaCounters;
import io.sluice.message.ReloadFailed;
import io.sluice.message.RequestRefused;
import io.sluice.store.NoDatabase;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the admin port says of quota, members and refusals, as other verticles tell it. */
class AdminViewsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = vertx.createHttpClient();
    private final Bus bus = new Bus(vertx, Duration.ofSeconds(1));
    private QuotaCounters counters = new QuotaCounters("n1", 0, List.of());
    private int port;

    private record Reply(int status, JsonObject json) {}

    @BeforeEach
    void codecs() {
        MessageCodecs.registerAll(vertx.eventBus());
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
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

    private void startWithQuota() throws Exception {
        start(null);
        bus.serve(Address.QUOTA_SHOW, show -> Future.succeededFuture(counters));
    }

    private Reply get(String path) throws Exception {
        return await(http.request(HttpMethod.GET, port, "127.0.0.1", path)
                .compose(request -> request.putHeader("authorization", "Bearer " + Admins.TOKEN.reveal())
                        .send())
                .compose(response ->
                        response.body().map(body -> new Reply(response.statusCode(), new JsonObject(body)))));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    private static ScopeCounters scope(String id, long granted) {
        LimitCounters limit = new LimitCounters(
                Dimension.TOKENS, MINUTE, 30_000, 40_000, 12_000, Map.of("n1", 500L, "n2", 700L), 90, 1_500_001);
        return new ScopeCounters(id, List.of(limit), Map.of("n2", 3), 5, Map.of("n1", 2), 7_000_000_000L, granted);
    }

    private static List<String> ids(Reply reply) {
        return reply.json().getJsonArray("scopes").stream()
                .map(scope -> ((JsonObject) scope).getString("id"))
                .toList();
    }

    @Test
    void showsWhatTheGroupCounts() throws Exception {
        startWithQuota();
        counters = new QuotaCounters("n2", 1_000, List.of(scope("account:c/a", 10)));
        bus.publish(
                Address.GROUP_STATUS,
                new GroupStatus(
                        true, "", "g7", "n2", "follower", List.of("n1", "n2", "n3"), List.of("n1", "n2", "n3")));

        Reply reply = get("/admin/v1/quota");

        assertThat(reply.json().getJsonObject("group"))
                .isEqualTo(new JsonObject()
                        .put("alone", false)
                        .put("grants", true)
                        .put("reason", "")
                        .put("id", "g7")
                        .put("leader", "n2")
                        .put("role", "follower")
                        .put("quorum", 2)
                        .put("members", new JsonArray(List.of("n1", "n2", "n3")))
                        .put("voters", new JsonArray(List.of("n1", "n2", "n3"))));
        assertThat(reply.json().getString("counted-by")).isEqualTo("n2");
        assertThat(reply.json().getString("counted-at")).isEqualTo("1970-01-01T00:00:01Z");
        assertThat(reply.json().getJsonArray("scopes").getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("id", "account:c/a")
                        .put(
                                "limits",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("dimension", "tokens")
                                                .put("window-ms", 60_000)
                                                .put("limit", 30_000)
                                                .put("configured", 40_000)
                                                .put("charged", 12_000)
                                                .put(
                                                        "leased",
                                                        new JsonObject()
                                                                .put("n1", 500)
                                                                .put("n2", 700))
                                                .put("external", 90)
                                                .put("free-in-ms", 2)))
                        .put("concurrency", new JsonObject().put("limit", 5).put("held", new JsonObject().put("n1", 2)))
                        .put("waiting", new JsonObject().put("n2", 3))
                        .put("full-for-ms", 7_000)
                        .put("granted", 10)
                        .putNull("grants-per-second"));
    }

    @Test
    void aNodeThatIsAloneSaysSo() throws Exception {
        startWithQuota();

        assertThat(get("/admin/v1/quota").json().getJsonObject("group")).isEqualTo(new JsonObject().put("alone", true));
    }

    @Test
    void tellsTheGrantsOfASecondFromTwoCounts() throws Exception {
        startWithQuota();
        counters = new QuotaCounters("n1", 10_000, List.of(scope("s", 100)));
        get("/admin/v1/quota");
        counters = new QuotaCounters("n1", 14_000, List.of(scope("s", 150)));

        assertThat(get("/admin/v1/quota")
                        .json()
                        .getJsonArray("scopes")
                        .getJsonObject(0)
                        .getDouble("grants-per-second"))
                .isEqualTo(12.5);

        counters = new QuotaCounters("n2", 15_000, List.of(scope("s", 160)));
        assertThat(get("/admin/v1/quota")
                        .json()
                        .getJsonArray("scopes")
                        .getJsonObject(0)
                        .getDouble("grants-per-second"))
                .as("another leader's clock")
                .isNull();
    }

    @Test
    void showsPagesOfTheScopesThatBeginAsAsked() throws Exception {
        startWithQuota();
        counters = new QuotaCounters(
                "n1",
                0,
                IntStream.range(0, 2_500)
                        .mapToObj(i -> scope((i % 2 == 0 ? "account:" : "key:") + (10_000 + i), 0))
                        .sorted(Comparator.comparing(ScopeCounters::id).reversed())
                        .toList());

        Reply usual = get("/admin/v1/quota");
        Reply first = get("/admin/v1/quota?scope=account:&limit=1000");
        Reply last = get("/admin/v1/quota?scope=account:&limit=1000&cursor="
                + first.json().getString("next-cursor"));

        assertThat(ids(usual)).hasSize(100).isSorted();
        assertThat(usual.json().getInteger("scopes-in-all")).isEqualTo(2_500);
        assertThat(ids(first)).hasSize(1_000).isSorted();
        assertThat(ids(last)).hasSize(250).startsWith("account:12000").endsWith("account:12498");
        assertThat(last.json().containsKey("next-cursor")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1001", "99999999999", "x", ""})
    void refusesPagesWithoutBound(String limit) throws Exception {
        startWithQuota();

        assertThat(get("/admin/v1/quota?limit=" + limit).status()).isEqualTo(400);
        assertThat(get("/admin/v1/refusals?limit=" + limit).status()).isEqualTo(400);
    }

    @Test
    void saysWhenNobodyCounts() throws Exception {
        start(null);

        assertThat(get("/admin/v1/quota").status()).isEqualTo(503);
    }

    @Test
    void showsMembersAndDrift() throws Exception {
        start(null);
        JsonObject alone = get("/admin/v1/nodes").json();
        bus.publish(
                Address.CLUSTER_VIEW,
                new ClusterView(
                        List.of(
                                new ClusterView.Member("test", "a1", "h1:5701", "1.2.3", "r1", true, true),
                                new ClusterView.Member("n2", "b2", "h2:5701", "1.2.2", "r0", false, false)),
                        true));

        JsonObject cluster = get("/admin/v1/nodes").json();

        assertThat(alone.getBoolean("alone")).isTrue();
        assertThat(alone.getJsonObject("self"))
                .isEqualTo(new JsonObject()
                        .put("name", "test")
                        .put("version", "1.2.3")
                        .put("revision", "r1")
                        .put("ledger", null));
        assertThat(cluster.getBoolean("drift")).isTrue();
        assertThat(cluster.getJsonArray("members").getJsonObject(1))
                .isEqualTo(new JsonObject()
                        .put("name", "n2")
                        .put("incarnation", "b2")
                        .put("address", "h2:5701")
                        .put("version", "1.2.2")
                        .put("revision", "r0")
                        .put("voter", false)
                        .put("self", false));
    }

    @Test
    void showsHowTheLedgerStands() throws Exception {
        start(null);
        bus.publish(Address.LEDGER_STATE, new LedgerState(false, "the journal is full", 7, 61_500));

        JsonObject self = get("/admin/v1/nodes").json().getJsonObject("self");

        assertThat(self.getJsonObject("ledger"))
                .isEqualTo(new JsonObject()
                        .put("takes-requests", false)
                        .put("trouble", "the journal is full")
                        .put("waiting", 7)
                        .put("oldest-seconds", 61));
    }

    private static RequestRefused refusal(String id) {
        return new RequestRefused(
                id, "app", "gpt-4o", 1_000, 2_500_000, "The pool is full.", List.of("account:c/a is full for 12 s"));
    }

    @Test
    void findsOutWhyARequestWasRefused() throws Exception {
        start(null);
        bus.publish(Address.REQUEST_REFUSED, refusal("id-1"));
        bus.publish(Address.REQUEST_REFUSED, refusal("id-2"));

        assertThat(get("/admin/v1/refusals/id-1"))
                .isEqualTo(new Reply(
                        200,
                        new JsonObject()
                                .put("request-id", "id-1")
                                .put("at", "1970-01-01T00:00:01Z")
                                .put("key", "app")
                                .put("model", "gpt-4o")
                                .put("queued-ms", 2)
                                .put("message", "The pool is full.")
                                .put("obstacles", new JsonArray().add("account:c/a is full for 12 s"))));
        assertThat(get("/admin/v1/refusals/id-3").status()).isEqualTo(404);
        assertThat(get("/admin/v1/refusals?limit=1")
                        .json()
                        .getJsonArray("refusals")
                        .getJsonObject(0)
                        .getString("request-id"))
                .isEqualTo("id-2");
    }

    @Test
    void keepsTheNewestRefusalsOnly() throws Exception {
        start(null);
        for (int i = 0; i < RefusalsView.MOST + 5; i++) {
            bus.publish(Address.REQUEST_REFUSED, refusal("id-" + i));
        }

        assertThat(get("/admin/v1/refusals?limit=1000").json().getJsonArray("refusals"))
                .hasSize(RefusalsView.MOST);
        assertThat(get("/admin/v1/refusals/id-4").status()).isEqualTo(404);
        assertThat(get("/admin/v1/refusals/id-5").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/v1/quota", "/admin/v1/nodes", "/admin/v1/refusals", "/admin/v1/refusals/x"})
    void needsTheToken(String path) throws Exception {
        start(Secret.of("CANARY-token"));

        assertThat(get(path).status()).isEqualTo(401);
    }

    @Test
    void tellsTheStoryOfARefusedRequest() throws Exception {
        start(null);
        bus.publish(Address.REQUEST_REFUSED, refusal("01900000-0000-7000-8000-000000000001"));
        Await.until(() -> isThere("/admin/v1/requests/01900000-0000-7000-8000-000000000001"));

        JsonObject story =
                get("/admin/v1/requests/01900000-0000-7000-8000-000000000001").json();
        assertThat(story.getBoolean("refused")).isTrue();
        assertThat(story.getBoolean("recorded")).isFalse();
        assertThat(story.getJsonObject("refusal").getString("message")).isEqualTo("The pool is full.");
        assertThat(story.getJsonObject("candidates-now").getInteger("in-all")).isEqualTo(1);
        assertThat(get("/admin/v1/requests/nobody").status()).isEqualTo(404);
    }

    private boolean isThere(String path) {
        try {
            return get(path).status() == 200;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private boolean all(int items) {
        try {
            return codes().size() >= items;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<String> codes() throws Exception {
        return get("/admin/v1/attention").json().getJsonArray("items").stream()
                .map(item -> ((JsonObject) item).getString("code"))
                .toList();
    }

    private static AccountReport account(String id, Standing standing, Standing ofModel) {
        return new AccountReport(
                id,
                standing,
                standing == Standing.UP ? "" : "is refused",
                "",
                0,
                0,
                0,
                AccountState.ENABLED,
                AccountState.ENABLED,
                Circuit.State.CLOSED,
                new Traffic(1000, 0, 0),
                null,
                List.of(new ModelReport("gpt-4o", ofModel, 0, Circuit.State.CLOSED, false, -1, 0, 0, 0)));
    }

    @Test
    void nothingNeedsAttention() throws Exception {
        start(null);
        String id = Revisions.of("r1", 1, "gpt-4o").accounts().getFirst().id();
        bus.serve(
                Address.POOL_SHOW,
                show -> Future.succeededFuture(
                        new PoolReport("r1", 1, List.of(account(id, Standing.UP, Standing.UP)))));

        assertThat(codes()).isEmpty();
    }

    @Test
    void saysWhatNeedsAttention() throws Exception {
        start(null);
        String id = Revisions.of("r1", 1, "gpt-4o").accounts().getFirst().id();
        bus.serve(
                Address.POOL_SHOW,
                show -> Future.succeededFuture(
                        new PoolReport("r1", 1, List.of(account(id, Standing.DEAD, Standing.DEAD)))));
        bus.publish(
                Address.RELOAD_FAILED,
                new ReloadFailed(
                        List.of("gateway.yaml:3: no"),
                        List.of("gateway.yaml:3"),
                        List.of(new ReloadFailed.Fault("gateway.yaml", 3, 1, "", "no"))));
        bus.publish(Address.LEDGER_STATE, new LedgerState(true, "the database is away", 7, 1));
        bus.publish(Address.CLUSTER_VIEW, new ClusterView(List.of(), true));
        Await.until(() -> all(5));

        assertThat(codes())
                .containsExactly(
                        "configuration-rejected", "pool-exhausted", "account-dead", "ledger-trouble", "nodes-drift");
        JsonObject dead =
                get("/admin/v1/attention").json().getJsonArray("items").getJsonObject(2);
        assertThat(dead.getString("severity")).isEqualTo("warning");
        assertThat(dead.getJsonObject("subject").getString("name")).isEqualTo(id);
        assertThat(dead.getJsonObject("link").getString("page")).isEqualTo("pool");
    }

    @Test
    void ofOneCodeAFewAreShownAndAllCounted() {
        Attention attention = new Attention();
        for (int i = 0; i < 30; i++) {
            attention.add("account-dead", Attention.Severity.WARNING, "account", "c/" + i, "x", new JsonObject());
        }

        assertThat(attention.toJson().getJsonArray("items")).hasSize(20);
        assertThat(attention.toJson().getJsonObject("counts").getInteger("account-dead"))
                .isEqualTo(30);
    }
}
