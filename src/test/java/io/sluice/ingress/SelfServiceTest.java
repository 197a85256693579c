package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.Glob;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyQuota;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.Team;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ShowStanding;
import io.sluice.message.Standing;
import io.sluice.message.Standing.Spending;
import io.sluice.message.Standing.Spent;
import io.sluice.testkit.Await;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holders of keys see of them; the ledger is scripted here, see {@code StandingVerticleTest} for the real one. */
class SelfServiceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RICH = "sk-rich-0123456789abcdef";
    private static final String PLAIN = "sk-plain-0123456789abcdef";
    private static final Duration SOON = Await.MOST;
    private static final Instant EXPIRES = Instant.parse("2031-01-01T00:00:00Z");

    private static final Budget OWN = new Budget(
            "key:rich", 20_000_000, new BudgetWindow.Calendar(BudgetWindow.Unit.MONTH, ZoneId.of("Europe/Berlin")));
    private static final Budget OF_PARENT = new Budget("team:science", 100_000_000, new BudgetWindow.Total());

    private static final BlockingQueue<ShowStanding> asked = new LinkedBlockingQueue<>();
    private static TestNode node;
    private static volatile Standing standing;

    @BeforeAll
    static void start() {
        LimitSet limits = new LimitSet(List.of(new Limit(Dimension.REQUESTS, 10, Duration.ofMinutes(1))), 3);
        VirtualKey rich = new VirtualKey("rich", KeyHash.ofKey(RICH))
                .with(KeyRights.ALL
                        .withModels(List.of(new Glob("gpt-*")), List.of(new Glob("gpt-secret")))
                        .until(EXPIRES))
                .with(KeyQuota.ofKey("rich", new AccountLimits(limits, Map.of(), List.of()), List.of(OWN)))
                .ofTeam("physics");
        node = TestNode.of(new RevisionBuilder()
                        .channel("c", channel -> channel.port(9).serves("gpt-a", "gpt-secret", "claude"))
                        .team(new Team("science", null, AccountLimits.NONE, List.of(OF_PARENT)))
                        .team(new Team("physics", "science", AccountLimits.NONE, List.of()))
                        .team(new Team("other", null, AccountLimits.NONE, List.of()))
                        .key(rich)
                        .key("plain", PLAIN)
                        .build())
                .start();
        new Bus(node.vertx(), SOON).serve(Address.KEY_STANDING, question -> {
            asked.add(question);
            return Future.succeededFuture(standing);
        });
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void nothingAsked() {
        asked.clear();
        standing = spent(1_234_567, 19_500_000, 50_000_000);
    }

    private static Standing spent(long own, long... budgets) {
        List<Spent> spent = budgets.length == 0
                ? List.of()
                : List.of(
                        new Spent(OWN, budgets[0], Instant.parse("2030-01-31T23:00:00Z")),
                        new Spent(OF_PARENT, budgets[1], null));
        ScopeCounters.LimitCounters counted = new ScopeCounters.LimitCounters(
                Dimension.REQUESTS, Duration.ofMinutes(1).toNanos(), 10, 10, 4, Map.of(), 0, 0);
        ScopeCounters scope =
                new ScopeCounters("key:rich", List.of(counted), Map.of(), 3, Map.of("a", 1, "b", 1), 0, 99);
        return new Standing(true, new Spending(Instant.now().minusSeconds(40), own, spent), List.of(scope), true);
    }

    private static Answer get(String key, String target) throws Exception {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection
                    .send("GET " + target + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + key + "\r\n\r\n")
                    .read(SOON, 1)
                    .last();
        }
    }

    private static JsonNode json(String key, String target) throws Exception {
        Answer answer = get(key, target);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.text())
                .doesNotContain(RICH, PLAIN, KeyHash.ofKey(RICH).toString());
        return JSON.readTree(answer.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/dashboard/billing", "/dashboard/billing"})
    void clientsWorkOutTheBalanceOfTheBudgetThatIsSpentFirst(String path) throws Exception {
        JsonNode subscription = json(RICH, path + "/subscription");
        JsonNode usage = json(RICH, path + "/usage?start_date=2030-1-01&end_date=2030-01-31");

        assertThat(subscription.path("object").asText()).isEqualTo("billing_subscription");
        assertThat(subscription.path("has_payment_method").asBoolean()).isTrue();
        for (String limit : List.of("soft_limit_usd", "hard_limit_usd", "system_hard_limit_usd")) {
            assertThat(subscription.path(limit).decimalValue()).isEqualByComparingTo("20");
        }
        assertThat(subscription.path("access_until").asLong()).isEqualTo(EXPIRES.getEpochSecond());
        assertThat(usage.path("object").asText()).isEqualTo("list");
        assertThat(usage.path("total_usage").decimalValue()).isEqualByComparingTo("1950");
    }

    @Test
    void aKeyWithoutABudgetHasNoLimitAndWhatItSpentInThatTime() throws Exception {
        standing = spent(1_234_567);

        JsonNode subscription = json(PLAIN, "/v1/dashboard/billing/subscription");
        JsonNode usage = json(PLAIN, "/v1/dashboard/billing/usage?start_date=2030-01-01&end_date=2030-02-01");

        assertThat(subscription.path("hard_limit_usd").decimalValue()).isEqualByComparingTo("100000000");
        assertThat(subscription.path("access_until").asLong()).isGreaterThan(4_000_000_000L);
        assertThat(usage.path("total_usage").decimalValue()).isEqualByComparingTo("123.4567");
        ShowStanding last = asked.stream().reduce((first, second) -> second).orElseThrow();
        assertThat(last.key()).isEqualTo("plain");
        assertThat(last.budgets()).isEmpty();
        assertThat(last.from()).isEqualTo("2030-01-01T00:00:00Z");
        assertThat(last.to()).isEqualTo("2030-02-01T00:00:00Z");
    }

    @Test
    void showsEverythingAboutTheKey() throws Exception {
        JsonNode me = json(RICH, "/sluice/v1/me");

        assertThat(me.path("key").asText()).isEqualTo("rich");
        assertThat(me.path("team").asText()).isEqualTo("physics");
        assertThat(me.path("parent_team").asText()).isEqualTo("science");
        assertThat(me.path("expires").asText()).isEqualTo(EXPIRES.toString());
        assertThat(me.path("models")).hasSize(1).first().satisfies(model -> assertThat(model.asText())
                .isEqualTo("gpt-a"));
        assertThat(me.path("limits").toString())
                .isEqualTo(
                        "[{\"of\":\"key\",\"counts\":\"requests\",\"window_seconds\":60,\"amount\":10,\"used\":4,\"left\":6},"
                                + "{\"of\":\"key\",\"counts\":\"in_flight\",\"amount\":3,\"used\":2,\"left\":1}]");
        assertThat(me.path("budgets").toString())
                .isEqualTo("[{\"of\":\"key\",\"amount\":20,\"used\":19.5,\"left\":0.5,\"window\":\"month\","
                        + "\"zone\":\"Europe/Berlin\",\"renews\":\"2030-01-31T23:00:00Z\"},"
                        + "{\"of\":\"parent_team\",\"amount\":100,\"used\":50,\"left\":50,\"window\":\"total\","
                        + "\"renews\":null}]");
        assertThat(me.path("spent_30_days").decimalValue()).isEqualByComparingTo("1.234567");
        assertThat(me.path("ledger").path("known").asBoolean()).isTrue();
        assertThat(me.path("ledger").path("currency").asText()).isEqualTo("USD");
        assertThat(me.path("ledger").path("age_seconds").asLong()).isBetween(40L, 100L);
    }

    @Test
    void theBudgetsOfItsTeamsAreAskedForToo() throws Exception {
        json(RICH, "/sluice/v1/me");

        assertThat(asked.take().budgets()).containsExactly(OWN, OF_PARENT);
    }

    @Test
    void withoutTheLedgerOnlyThatIsMissing() throws Exception {
        standing = new Standing(true, null, List.of(), false);

        JsonNode me = json(RICH, "/sluice/v1/me");
        Answer subscription = get(RICH, "/v1/dashboard/billing/subscription");
        Answer usage = get(RICH, "/v1/dashboard/billing/usage");

        assertThat(me.path("ledger").path("known").asBoolean()).isFalse();
        assertThat(me.has("budgets")).isFalse();
        assertThat(me.path("limits").get(0).has("left")).isFalse();
        assertThat(subscription.status()).isEqualTo(503);
        assertThat(usage.status()).isEqualTo(503);
        assertThat(usage.text()).contains("cannot be looked up now");

        standing = new Standing(false, null, List.of(), false);
        assertThat(get(RICH, "/v1/dashboard/billing/usage").text()).contains("keeps no ledger");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start_date=yesterday",
                "start_date=2030-02-30",
                "end_date=2030-13-01",
                "end_date=%27%3B--",
                "start_date=",
                "end_date=99999-01-01"
            })
    void whatIsNoDateIsNamed(String query) throws Exception {
        Answer answer = get(PLAIN, "/v1/dashboard/billing/usage?" + query);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(JSON.readTree(answer.text()).path("error").path("param").asText())
                .isEqualTo(query.substring(0, query.indexOf('=')));
        assertThat(asked).isEmpty();
    }

    @Test
    void needsAKeyAndTheRightMethod() throws Exception {
        assertThat(get("sk-unknown-0123456789abcdef", "/sluice/v1/me").status()).isEqualTo(401);
        try (RawHttp connection = RawHttp.clear(node.port())) {
            assertThat(connection
                            .send("POST /sluice/v1/me HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + PLAIN
                                    + "\r\nContent-Length: 0\r\n\r\n")
                            .read(SOON, 1)
                            .last()
                            .status())
                    .isEqualTo(405);
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void whoAsksTooOftenIsToldWhenToAskAgain() {
        AskingRates rates = new AskingRates();
        long second = Duration.ofSeconds(1).toNanos();

        for (int i = 0; i < 60; i++) {
            assertThat(rates.ask("a", 10 * second)).isZero();
        }
        assertThat(rates.ask("a", 30 * second)).isEqualTo(Duration.ofSeconds(40));
        assertThat(rates.ask("b", 30 * second)).isZero();
        assertThat(rates.ask("a", 70 * second)).isZero();
    }
}
