package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.health.Circuit;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.PoolAction;
import io.sluice.message.PoolActionResult;
import io.sluice.message.PoolActionResult.AccountResult;
import io.sluice.message.PoolActionResult.Outcome;
import io.sluice.message.PoolReport;
import io.sluice.message.PoolReport.AccountReport;
import io.sluice.message.PoolReport.LastError;
import io.sluice.message.PoolReport.ModelReport;
import io.sluice.message.PoolReport.Standing;
import io.sluice.message.PoolReport.Traffic;
import io.sluice.message.QuotaCounters;
import io.sluice.message.ShowCalls;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pool on the admin port, with scripted peers on the bus. */
class PoolRoutesTest {
    private static final String OWNER = "Bearer " + Admins.TOKEN.reveal();
    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("openai", c -> c.account("a", AccountLimits.NONE)
                    .account("b", new LimitSet(List.of(new Limit(Dimension.TOKENS, 90, Duration.ofMinutes(1))), 0))
                    .serves("m"))
            .channel("云", c -> c.accounts("c").serves("m"))
            .build();
    private static final String JSON = "application/json";

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Duration.ofSeconds(2));
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<PoolAction> acted = new CopyOnWriteArrayList<>();
    private volatile Outcome outcome = Outcome.DONE;
    private AdminVerticle admin;

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        admin = new AdminVerticle(Admins.setup(Nodes.lanes(2), REVISION));
        TestNode.await(vertx.deployVerticle(admin));
    }

    @AfterEach
    void close() {
        client.close();
        TestNode.await(vertx.close());
    }

    private void serve() {
        bus.serve(Address.POOL_SHOW, question -> Future.succeededFuture(report()));
        bus.serve(Address.POOL_ACT, action -> {
            acted.add(action);
            return Future.succeededFuture(new PoolActionResult(
                    outcome, "Said.", List.of(new AccountResult(action.subject(), true, "enabled"))));
        });
    }

    private static PoolReport report() {
        ModelReport model =
                new ModelReport("m-1", Standing.UP, 0, Circuit.State.CLOSED, true, 950, 120_000, 400_500, 900_000);
        return new PoolReport(
                "r1",
                1_000,
                List.of(
                        account("openai/b", Standing.UP, null, List.of(model)),
                        account(
                                "openai/a",
                                Standing.DEAD,
                                new LastError(new Evidence(401, "invalid_api_key", "no"), 500),
                                List.of()),
                        account("云/c", Standing.COOLING, null, List.of())));
    }

    private static AccountReport account(
            String id, Standing standing, @Nullable LastError error, List<ModelReport> models) {
        boolean up = standing == Standing.UP;
        return new AccountReport(
                id,
                standing,
                up ? "" : "it was refused",
                up ? "" : "provider",
                up ? 0 : 2_000,
                standing == Standing.COOLING ? 9_000 : 0,
                standing == Standing.DEAD ? 8_000 : 0,
                AccountState.ENABLED,
                AccountState.ENABLED,
                Circuit.State.HALF_OPEN,
                new Traffic(500, 20, 18),
                error,
                models);
    }

    private HttpResponse<String> get(String query) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri("/admin/v1/pool" + query))
                        .header("authorization", OWNER)
                        .build(),
                BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + admin.port() + path);
    }

    private HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("/admin/v1/pool/" + path))
                .header("authorization", OWNER)
                .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> act(String path, String body) throws IOException, InterruptedException {
        return post(path, body, "content-type", JSON);
    }

    private static String message(HttpResponse<String> answer) {
        return new JsonObject(answer.body()).getString("detail");
    }

    private static List<String> accounts(HttpResponse<String> answer) {
        List<String> names = new ArrayList<>();
        new JsonObject(answer.body())
                .getJsonArray("accounts")
                .forEach(each -> names.add(((JsonObject) each).getString("account")));
        return names;
    }

    @Test
    void showsEachAccountWithLimitsAndCalls() throws Exception {
        serve();
        LimitCounters limit =
                new LimitCounters(Dimension.REQUESTS, 60_000_000_000L, 50, 60, 7, Map.of("n", 2L), 0, 1_500_000);
        bus.serve(
                Address.QUOTA_SHOW,
                question -> Future.succeededFuture(new QuotaCounters(
                        "n",
                        1,
                        List.of(
                                new ScopeCounters(
                                        "account:openai/a", List.of(limit), Map.of(), 4, Map.of("n", 3, "o", 1), 0, 9),
                                new ScopeCounters(
                                        "account:openai/a|model:m", List.of(limit), Map.of(), 0, Map.of(), 0, 9),
                                new ScopeCounters("account:openai/ab", List.of(limit), Map.of(), 0, Map.of(), 0, 9)))));
        for (int lane = 0; lane < 2; lane++) {
            bus.serve(
                    Address.providerCalls(lane),
                    question -> Future.succeededFuture(
                            new ShowCalls.Shown(List.of(new ShowCalls.AccountCalls("openai/a", 2)))));
        }

        HttpResponse<String> answer = get("");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonObject json = new JsonObject(answer.body());
        assertThat(json.getString("revision")).isEqualTo("r1");
        assertThat(json.getInteger("accounts-in-all")).isEqualTo(3);
        assertThat(json.getJsonObject("states"))
                .isEqualTo(new JsonObject().put("cooling", 1).put("dead", 1).put("up", 1));
        assertThat(accounts(answer)).containsExactly("openai/a", "openai/b", "云/c");
        JsonObject dead = json.getJsonArray("accounts").getJsonObject(0);
        assertThat(dead.getString("state")).isEqualTo("dead");
        assertThat(dead.getString("why")).isEqualTo("it was refused");
        assertThat(dead.getString("by")).isEqualTo("provider");
        assertThat(dead.getString("since")).isEqualTo("1970-01-01T00:00:02Z");
        assertThat(dead.getString("next-probe")).isEqualTo("1970-01-01T00:00:08Z");
        assertThat(dead.getString("breaker")).isEqualTo("half-open");
        assertThat(dead.getInteger("in-flight")).isEqualTo(4);
        assertThat(dead.getInteger("succeeded")).isEqualTo(18);
        assertThat(dead.getJsonObject("last-error").getString("code")).isEqualTo("invalid_api_key");
        JsonArray limits = dead.getJsonArray("limits");
        assertThat(limits).hasSize(3);
        assertThat(limits.getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("of", "account")
                        .put("dimension", "requests")
                        .put("window-ms", 60_000)
                        .put("limit", 50)
                        .put("used", 7)
                        .put("leased", 2)
                        .put("free-in-ms", 2));
        assertThat(limits.getJsonObject(1).getString("dimension")).isEqualTo("concurrency");
        assertThat(limits.getJsonObject(1).getInteger("used")).isEqualTo(4);
        assertThat(limits.getJsonObject(2).getString("of")).isEqualTo("model:m");
        JsonObject up = json.getJsonArray("accounts").getJsonObject(1);
        assertThat(up.containsKey("why")).isFalse();
        assertThat(up.getJsonArray("limits"))
                .as("what nobody has used is free")
                .containsExactly(new JsonObject()
                        .put("of", "account")
                        .put("dimension", "tokens")
                        .put("window-ms", 60_000)
                        .put("limit", 90)
                        .put("used", 0)
                        .put("leased", 0)
                        .put("free-in-ms", 0));
        JsonObject model = up.getJsonArray("models").getJsonObject(0);
        assertThat(model.getInteger("success-permille")).isEqualTo(950);
        assertThat(model.getJsonObject("first-byte-ms").getDouble("p95")).isEqualTo(400.5);
        assertThat(model.getBoolean("outlier")).isTrue();
    }

    @Test
    void showsThePoolWhenNobodyCounts() throws Exception {
        serve();

        HttpResponse<String> answer = get("?state=cooling");

        JsonObject cooling =
                new JsonObject(answer.body()).getJsonArray("accounts").getJsonObject(0);
        assertThat(cooling.getValue("limits")).isNull();
        assertThat(cooling.getInteger("in-flight")).isZero();
        assertThat(cooling.getString("until")).isEqualTo("1970-01-01T00:00:09Z");
    }

    @Test
    void filtersAndPages() throws Exception {
        serve();

        assertThat(accounts(get("?channel=openai"))).containsExactly("openai/a", "openai/b");
        assertThat(accounts(get("?state=up"))).containsExactly("openai/b");
        assertThat(accounts(get("?channel=openai&state=cooling"))).isEmpty();
        HttpResponse<String> first = get("?limit=2");
        assertThat(accounts(first)).containsExactly("openai/a", "openai/b");
        String cursor = new JsonObject(first.body()).getString("next-cursor");
        assertThat(accounts(get("?limit=2&cursor=" + cursor))).containsExactly("云/c");
        assertThat(get("?channel=open").statusCode()).isEqualTo(404);
        assertThat(message(get("?state=tired"))).contains("up, cooling, broken");
        assertThat(get("?limit=0").statusCode()).isEqualTo(400);
    }

    @Test
    void saysSoWhenNobodyAnswers() throws Exception {
        assertThat(get("").statusCode()).isEqualTo(503);
        assertThat(act("openai/a/disable", "").statusCode()).isEqualTo(503);
    }

    @ParameterizedTest
    @EnumSource(PoolAction.Kind.class)
    void doesEachActionForAnAccountAndAChannel(PoolAction.Kind kind) throws Exception {
        serve();

        HttpResponse<String> ofAccount = act("openai/a/" + kind.word(), "{\"reason\":\"Ticket 7\"}");
        HttpResponse<String> ofChannel = act("%E4%BA%91/" + kind.word(), "");

        assertThat(ofAccount.statusCode()).isEqualTo(200);
        assertThat(ofChannel.statusCode()).isEqualTo(200);
        assertThat(acted)
                .containsExactly(
                        new PoolAction(kind, "openai/a", "Ticket 7", "bootstrap at 127.0.0.1"),
                        new PoolAction(kind, "云", "", "bootstrap at 127.0.0.1"));
        JsonObject json = new JsonObject(ofAccount.body());
        assertThat(json.getString("outcome")).isEqualTo("done");
        assertThat(json.getJsonArray("accounts").getJsonObject(0).getString("account"))
                .isEqualTo("openai/a");
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void saysWhatBecameOfIt(Outcome what) throws Exception {
        serve();
        outcome = what;

        HttpResponse<String> answer = act("openai/a/enable", "");

        assertThat(answer.statusCode())
                .isEqualTo(
                        switch (what) {
                            case DONE, UNCHANGED -> 200;
                            case UNKNOWN -> 404;
                            case FILES_FORBID, REFUSED -> 409;
                            case NOT_KEPT -> 500;
                        });
        assertThat(answer.body()).contains("Said.");
    }

    @Test
    void noWebPageMayActForSomebody() throws Exception {
        serve();

        // What a page may send without being asked first: forms and text, which are no JSON, and always with its
        // origin.
        assertThat(post("openai/a/disable", "x=1", "content-type", "application/x-www-form-urlencoded")
                        .statusCode())
                .isEqualTo(415);
        assertThat(post("openai/a/disable", "{}", "content-type", "text/plain; application/json")
                        .statusCode())
                .isEqualTo(415);
        for (String origin : List.of("https://evil.example", "null", "http://127.0.0.1:1")) {
            assertThat(post("openai/a/disable", "{}", "content-type", JSON, "origin", origin)
                            .statusCode())
                    .isEqualTo(403);
        }
        HttpRequest asking = HttpRequest.newBuilder(uri("/admin/v1/pool/openai/a/disable"))
                .method("OPTIONS", BodyPublishers.noBody())
                .header("access-control-request-method", "POST")
                .build();
        HttpResponse<String> asked = client.send(asking, BodyHandlers.ofString());
        assertThat(asked.statusCode()).isEqualTo(401);
        assertThat(asked.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
        HttpResponse<String> got = client.send(
                HttpRequest.newBuilder(uri("/admin/v1/pool/openai/a/disable"))
                        .header("authorization", OWNER)
                        .build(),
                BodyHandlers.ofString());
        assertThat(got.statusCode()).isEqualTo(405);
        assertThat(got.headers().firstValue("allow")).contains("POST");
        assertThat(acted).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithTheBody() throws Exception {
        serve();

        assertThat(message(act("openai/a/disable", "{"))).contains("no JSON");
        assertThat(message(act("openai/a/disable", "[]"))).contains("type object");
        assertThat(message(act("openai/a/disable", "{\"reson\":\"x\"}"))).contains("/reson");
        assertThat(message(act("openai/a/disable", "{\"reason\":7}"))).contains("/reason", "type string");
        assertThat(message(act("openai/a/disable", "{\"reason\":\"" + "x".repeat(301) + "\"}")))
                .contains("/reason", "300");
        assertThat(message(act("openai/a/stop", "{}"))).contains("disable", "clear-cooldown", "probe");
        assertThat(act("openai/a/b/disable", "{}").statusCode()).isEqualTo(404);
        assertThat(acted).isEmpty();
    }

    @Test
    void everyStandingHasAWord() {
        assertThat(Stream.of(Standing.values()).map(Standing::word))
                .containsExactly("up", "cooling", "broken", "missing", "out-of-money", "dead", "draining", "disabled");
    }
}
