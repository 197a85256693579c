package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyQuota;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.message.BudgetDecision;
import io.sluice.message.LeaseUse;
import io.sluice.message.ReserveBudget;
import io.sluice.message.SettleBudget;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A key with a budget: its money is kept before anybody is asked, and paid by what the request cost. */
class BudgetFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String FREE = "sk-free-0123456789abcdef";
    private static final List<Budget> BUDGETS = List.of(
            new Budget("key:app", 1_000_000, new BudgetWindow.Total()),
            new Budget("team:t", 9_000_000, new BudgetWindow.Total()));

    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
        node.close();
        upstream.close();
    }

    private static Price price(long input, long output) {
        return new Price(
                new Tariff("USD", new Rates(input, input, input, output, output, input, output)),
                1_000_000,
                "test",
                "here");
    }

    private void node(Function<TestNode, Function<ReserveBudget, Future<BudgetDecision>>> money) {
        TestNode next = TestNode.of(new RevisionBuilder()
                .channel("one", c -> c.port(upstream.port())
                        .accounts("a")
                        .redirect("cheap", "up")
                        .redirect("dear", "up-dear")
                        .redirect("nameless", "up-nameless"))
                .price("cheap", price(1_000_000, 2_000_000))
                .price("dear", price(10_000_000, 20_000_000))
                .fallbacksOn(FallbackCause.CONTEXT, "cheap", "dear")
                .key(new VirtualKey("app", KeyHash.ofKey(KEY)).with(KeyQuota.ofKey("app", AccountLimits.NONE, BUDGETS)))
                .key("free", FREE)
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .build());
        next.quota(next::grantFirst);
        next.money(money.apply(next));
        node = next.start();
    }

    private void keepingNode() {
        node(made -> request -> Future.succeededFuture(made.keep(request)));
    }

    private static Script answer() {
        return Script.json(
                200,
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"up\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}");
    }

    private static String chat(String key, String model) {
        String body = "{\"model\":\"" + model
                + "\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + key
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String messages(String model) {
        String body = "{\"model\":\"" + model
                + "\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        return "POST /v1/messages HTTP/1.1\r\nHost: h\r\nx-api-key: " + KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private RawHttp.Answer ask(String text) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(text).read(SOON, 1).last();
        }
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).isNotNull();
        return usage;
    }

    private SettleBudget paid() throws InterruptedException {
        SettleBudget payment = node.payments().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(payment).isNotNull();
        return payment;
    }

    @Test
    void keepsTheMostAndPaysWhatItCost() throws Exception {
        keepingNode();
        upstream.next(answer());

        assertThat(ask(chat(KEY, "cheap")).status()).isEqualTo(200);

        // 9 × 1 + 2 × 2; at most some input and 100 × 2.
        ReserveBudget question = node.moneyQuestions().remove();
        assertThat(question.micros()).isBetween(201L, 260L);
        assertThat(question.budgets()).isEqualTo(BUDGETS);
        assertThat(paid().micros()).isEqualTo(13);
        assertThat(recorded())
                .returns(13L, usage -> usage.used().charge().micros())
                .returns(new LeaseUse(1, List.of("key:app", "team:t")), usage -> usage.used()
                        .leases());
        assertThat(node.moneyQuestions()).isEmpty();
        assertThat(node.payments()).isEmpty();
    }

    @Test
    void keyWithoutABudgetIsNotAskedFor() throws Exception {
        keepingNode();
        upstream.next(answer());

        assertThat(ask(chat(FREE, "cheap")).status()).isEqualTo(200);

        assertThat(recorded()).returns(null, usage -> usage.used().leases());
        assertThat(node.moneyQuestions()).isEmpty();
        assertThat(node.payments()).isEmpty();
    }

    @Test
    void spentBudgetIsToldInTheCallersWords() throws Exception {
        QuotaExceeded spent = new QuotaExceeded(
                QuotaExceeded.Cause.BUDGET, "The budget of this key is spent.", Duration.ofSeconds(90));
        node(made -> request -> Future.succeededFuture(new BudgetDecision.Refused(spent)));

        RawHttp.Answer openai = ask(chat(KEY, "cheap"));
        RawHttp.Answer anthropic = ask(messages("cheap"));

        assertThat(openai.status()).isEqualTo(429);
        assertThat(openai.header("retry-after")).isEqualTo("90");
        assertThat(openai.text())
                .contains("\"code\":\"insufficient_quota\"")
                .contains("\"type\":\"insufficient_quota\"")
                .contains("The budget of this key is spent.");
        assertThat(anthropic.status()).isEqualTo(429);
        assertThat(anthropic.text()).contains("\"rate_limit_error\"").contains("The budget of this key is spent.");
        assertThat(recorded())
                .returns(Ending.FAILED, usage -> usage.outcome().ending())
                .returns("insufficient_quota", usage -> usage.outcome().error())
                .returns(null, usage -> usage.used().leases());
        assertThat(upstream.connections()).isZero();
        assertThat(node.reservations()).isZero();
        assertThat(node.payments()).isEmpty();
    }

    @Test
    void whatHasNoPriceIsRefusedToAKeyWithABudget() throws Exception {
        keepingNode();
        upstream.next(answer());

        RawHttp.Answer refused = ask(chat(KEY, "nameless"));
        RawHttp.Answer allowed = ask(chat(FREE, "nameless"));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text())
                .contains("\"code\":\"model_not_priced\"")
                .contains("a key with a budget cannot use what has no price");
        assertThat(allowed.status()).isEqualTo(200);
    }

    @Test
    void moneyGoesBackWhenTheProviderFails() throws Exception {
        keepingNode();
        upstream.next(Script.json(400, "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"}}"));

        assertThat(ask(chat(KEY, "cheap")).status()).isEqualTo(400);

        assertThat(paid().micros()).isZero();
        assertThat(recorded()).returns(0L, usage -> usage.used().charge().micros());
    }

    @Test
    void dearerModelNeedsMoreMoney() throws Exception {
        keepingNode();
        upstream.next(
                Script.json(
                        400,
                        "{\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\"}}"));
        upstream.next(answer());

        assertThat(ask(chat(KEY, "cheap")).status()).isEqualTo(200);

        // 9 × 10 + 2 × 20
        assertThat(paid().micros()).isEqualTo(130);
        assertThat(node.moneyQuestions().stream()
                        .mapToLong(ReserveBudget::micros)
                        .sum())
                .isBetween(2_010L, 2_600L);
        assertThat(node.moneyQuestions()).hasSize(2).last().returns(true, question -> question.adds() != 0);
        assertThat(node.payments()).isEmpty();
    }

    @Test
    void clientThatLeavesWhileItWaitsForMoneyPaysNothing() throws Exception {
        Promise<BudgetDecision> late = Promise.promise();
        node(made -> request -> late.future());
        RawHttp connection = RawHttp.clear(node.port());
        connection.send(chat(KEY, "cheap"));
        Await.until(() -> node.moneyQuestions().size() == 1);

        connection.close();
        Await.until(() -> node.moneyCancellations().size() == 1);
        late.complete(new BudgetDecision.Kept(77, 1));

        assertThat(paid()).isEqualTo(new SettleBudget(77, BUDGETS, 0));
        assertThat(recorded())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending())
                .returns(null, usage -> usage.used().leases());
        assertThat(upstream.connections()).isZero();
    }
}
