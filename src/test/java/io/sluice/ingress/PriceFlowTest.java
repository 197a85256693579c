package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.sluice.domain.pool.AmbiguousFaults;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each way of a request costs, and whom: its key, or the operator. */
class PriceFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";

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

    private static final String CHUNK =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}";
    private static final String USAGE =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"up\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";
    private static final Duration PATIENCE = Duration.ofMillis(60);

    private static Script stream() {
        return Script.events().event(CHUNK).event(USAGE).event("[DONE]").lastChunk();
    }

    private static Script whole(int input, int cached, int output, int reasoning) {
        return Script.json(
                200,
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"up\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":" + input + ",\"completion_tokens\":" + output
                        + ",\"total_tokens\":" + (input + output) + ",\"prompt_tokens_details\":{\"cached_tokens\":"
                        + cached
                        + "},\"completion_tokens_details\":{\"reasoning_tokens\":" + reasoning + "}}}");
    }

    private static Failover failover(@Nullable Hedge hedge) {
        return new Failover(null, AmbiguousFaults.REPEAT, Set.of(), new RetryShare(0, 10), hedge);
    }

    private static Charge charge(long micros) {
        return new Charge(true, micros, "USD", micros, 1_000_000, "test");
    }

    private static Price price(long input, long cached, long output) {
        return new Price(
                new Tariff("USD", new Rates(input, cached, input, output, output, input, output)),
                1_000_000,
                "test",
                "here");
    }

    private void node(UnaryOperator<RevisionBuilder> more) {
        node = TestNode.of(more.apply(new RevisionBuilder()
                        .channel("one", c -> c.port(upstream.port())
                                .accounts("a", "b")
                                .redirect("pub", "up")
                                .redirect("other", "up-other"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10)))
                .build());
        node.quota(node::grantFirst);
        node.start();
    }

    private static String request(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String chat(String model, boolean stream) {
        return request(
                "/v1/chat/completions",
                "{\"model\":\"" + model + "\",\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    private RawHttp.Answer ask(String text) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(text).read(SOON, 1).last();
        }
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).isNotNull();
        assertThat(node.records()).isEmpty();
        return usage;
    }

    @Test
    void refusesWhatHasNoPriceInTheCallersDialect() throws Exception {
        node(revision -> revision.unpriced(Unpriced.REFUSE).price("other", price(1, 1, 1)));

        RawHttp.Answer answer = ask(chat("pub", false));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text())
                .contains("\"code\":\"model_not_priced\"")
                .contains("The model 'pub' has no price")
                .contains("operator must set one");
        assertThat(upstream.connections()).isZero();
        assertThat(recorded())
                .returns(Ending.FAILED, usage -> usage.outcome().ending())
                .returns("model_not_priced", usage -> usage.outcome().error())
                .returns(List.of(), usage -> usage.served().others());
    }

    /** The client asked for another model, and that one's failure is its answer. */
    @Test
    void anotherModelWithoutAPriceIsNone() throws Exception {
        node(revision -> revision.unpriced(Unpriced.REFUSE)
                .fallbacksOn(FallbackCause.CONTEXT, "pub", "other")
                .price("pub", price(1, 1, 1)));
        upstream.next(Script.json(400, "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}"));

        RawHttp.Answer answer = ask(chat("pub", false));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("context_length_exceeded").doesNotContain("price");
        assertThat(recorded())
                .returns("context_length_exceeded", usage -> usage.outcome().error());
    }

    @Test
    void theModelAfterOneWithoutAPriceGoesOn() throws Exception {
        node(revision -> revision.unpriced(Unpriced.REFUSE)
                .channel("two", c -> c.port(upstream.port()).redirect("third", "up-third"))
                .fallbacksOn(FallbackCause.CONTEXT, "pub", "other", "third")
                .price("pub", price(1, 1, 1))
                .price("third", price(3_000_000, 1, 5_000_000)));
        upstream.next(
                Script.json(400, "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}"),
                whole(100, 0, 10, 0));

        assertThat(ask(chat("pub", false)).status()).isEqualTo(200);

        assertThat(recorded()).returns("third", usage -> usage.served().model());
    }

    @Test
    void pricesWhatAStreamReports() throws Exception {
        node(revision -> revision.price("pub", price(2_000_000, 1_000_000, 8_000_000)));
        upstream.next(stream());

        assertThat(ask(chat("pub", true)).text()).endsWith("data: [DONE]\n\n");

        // 9 × 2 + 2 × 8
        assertThat(recorded())
                .returns(charge(34), usage -> usage.used().charge())
                .returns(false, usage -> usage.used().isEstimated())
                .returns(List.of(), usage -> usage.served().others());
    }

    @Test
    void pricesCachedInputAndReasoning() throws Exception {
        node(revision -> revision.price("pub", price(2_000_000, 500_000, 8_000_000)));
        upstream.next(whole(1_000, 600, 50, 30));

        assertThat(ask(chat("pub", false)).status()).isEqualTo(200);

        // 400 × 2 + 600 × 0.5 + 50 × 8
        assertThat(recorded()).returns(charge(1_500), usage -> usage.used().charge());
    }

    @Test
    void pricesAnEstimateToo() throws Exception {
        node(revision -> revision.price("pub", price(1_000_000, 1_000_000, 1_000_000)));
        upstream.next(Script.events().event(CHUNK).event("[DONE]").lastChunk());

        ask(chat("pub", true));

        UsageRecord usage = recorded();
        assertThat(usage.used().isEstimated()).isTrue();
        assertThat(usage.used().tokens().input()).isPositive();
        assertThat(usage.used().charge())
                .isEqualTo(charge(
                        usage.used().tokens().input() + usage.used().tokens().output()));
    }

    @Test
    void saysWhatNobodyCanPrice() throws Exception {
        node(revision -> revision);
        upstream.next(stream());

        ask(chat("pub", true));

        assertThat(recorded())
                .returns(Charge.UNPRICED, usage -> usage.used().charge())
                .returns(9L, u -> u.used().tokens().input());
    }

    @Test
    void pricesPicturesAndTheCall() throws Exception {
        node(revision -> revision.price(
                "pub", new Price(new Tariff("USD", Rates.FREE, List.of(), 40_000, 5), 1_000_000, "test", "here")));
        upstream.next(Script.json(200, "{\"created\":1,\"data\":[{\"b64_json\":\"QUJD\"}]}"));

        ask(request("/v1/images/generations", "{\"model\":\"pub\",\"prompt\":\"a cat\",\"n\":3}"));

        assertThat(recorded())
                .returns(3L, usage -> usage.used().images())
                .returns(charge(120_005), usage -> usage.used().charge());
    }

    @Test
    void nothingIsPaidWhereNobodyWasAsked() throws Exception {
        node(revision -> revision.price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.close();

        assertThat(ask(chat("pub", false)).status()).isGreaterThanOrEqualTo(500);

        assertThat(recorded())
                .returns(Charge.NOTHING, usage -> usage.used().charge())
                .returns(new TokenUsage(0, 0, 0, 0), usage -> usage.used().tokens())
                .returns(List.of(), usage -> usage.served().others());
    }

    @Test
    void anErrorOfTheProviderIsNotBilled() throws Exception {
        node(revision -> revision.price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.otherwise(Script.json(400, "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"}}"));

        assertThat(ask(chat("pub", false)).status()).isEqualTo(400);

        assertThat(recorded())
                .returns(Charge.NOTHING, usage -> usage.used().charge())
                .returns(List.of(), usage -> usage.served().others());
    }

    @Test
    void anotherModelHasItsOwnPrice() throws Exception {
        node(revision -> revision.fallbacksOn(FallbackCause.CONTEXT, "pub", "other")
                .price("pub", price(1_000_000, 1, 1_000_000))
                .price("other", price(3_000_000, 1, 5_000_000)));
        upstream.next(
                Script.json(400, "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}"),
                whole(100, 0, 10, 0));

        assertThat(ask(chat("pub", false)).status()).isEqualTo(200);

        assertThat(recorded())
                .returns("other", usage -> usage.served().model())
                .returns(charge(350), usage -> usage.used().charge())
                .returns(List.of(), usage -> usage.served().others());
    }

    /** Nobody knows whether the first one has acted: the operator may pay for it, the key does not. */
    @Test
    void anAttemptOfUnknownEndIsTheOperators() throws Exception {
        node(revision -> revision.failover(failover(null)).price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.next(Script.begin().reset(), whole(100, 0, 10, 0));

        assertThat(ask(chat("pub", false)).status()).isEqualTo(200);

        UsageRecord usage = recorded();
        assertThat(usage.used().charge()).isEqualTo(charge(110));
        assertThat(usage.served().others()).singleElement().satisfies(other -> {
            assertThat(other.account()).isEqualTo("one/a");
            assertThat(other.channel()).isEqualTo("one");
            assertThat(other.model()).isEqualTo("pub");
            assertThat(other.upstreamModel()).isEqualTo("up");
            assertThat(other.isEstimated()).isTrue();
            assertThat(other.usage().output()).isEqualTo(1_000);
            assertThat(other.charge()).isEqualTo(charge(other.usage().input() + 1_000));
            assertThat(other.cause()).isEqualTo("upstream_error");
        });
    }

    /** It had said what it used before it broke off, and no byte of it had reached the client. */
    @Test
    void anAnswerThatWasCutBeforeItsFirstByteIsTheOperators() throws Exception {
        node(revision -> revision.failover(failover(null)).price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.next(
                Script.bytes(
                                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n"
                                        + "{\"id\":\"c\",\"usage\":{\"prompt_tokens\":70,\"completion_tokens\":7,\"total_tokens\":77},\"choices\":[")
                        .fin(),
                whole(100, 0, 10, 0));

        assertThat(ask(chat("pub", false)).status()).isEqualTo(200);

        UsageRecord usage = recorded();
        assertThat(usage.used().charge()).isEqualTo(charge(110));
        assertThat(usage.served().others()).singleElement().satisfies(other -> {
            assertThat(other.usage().input()).isEqualTo(70);
            assertThat(other.usage().output()).isEqualTo(7);
            assertThat(other.isEstimated()).isFalse();
            assertThat(other.charge()).isEqualTo(charge(77));
        });
    }

    /** A request that got an error costs its key nothing, whatever it costs the operator. */
    @Test
    void aFailedRequestCostsItsKeyNothing() throws Exception {
        node(revision -> revision.failover(failover(null)).price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.otherwise(Script.begin().reset());

        assertThat(ask(chat("pub", false)).status()).isGreaterThanOrEqualTo(500);

        UsageRecord usage = recorded();
        assertThat(usage)
                .returns(Ending.FAILED, fact -> fact.outcome().ending())
                .returns(Charge.NOTHING, fact -> fact.used().charge())
                .returns(false, fact -> fact.used().isEstimated())
                .returns(new TokenUsage(0, 0, 0, 0), fact -> fact.used().tokens());
        assertThat(usage.served().others()).hasSize(usage.served().attempts());
        assertThat(usage.served().others()).extracting(BilledAttempt::account).contains("one/a", "one/b");
    }

    @Test
    void theLoserOfAHedgeIsTheOperators() throws Exception {
        node(revision -> revision.failover(failover(new Hedge(PATIENCE, Duration.ofMillis(1), SOON)))
                .price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.next(Script.events().silence(), stream());

        assertThat(ask(chat("pub", true)).text()).endsWith("data: [DONE]\n\n");

        UsageRecord usage = recorded();
        assertThat(usage).returns("one/b", fact -> fact.served().account()).returns(charge(11), fact -> fact.used()
                .charge());
        assertThat(usage.served().others()).singleElement().satisfies(other -> {
            assertThat(other.account()).isEqualTo("one/a");
            assertThat(other.cause()).isEqualTo("hedge_lost");
            assertThat(other.charge().isPriced()).isTrue();
            assertThat(other.charge().micros()).isPositive();
        });
    }

    @Test
    void theSecondOfAHedgeThatLosesIsTheOperatorsToo() throws Exception {
        node(revision -> revision.failover(failover(new Hedge(PATIENCE, Duration.ofMillis(1), SOON)))
                .price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.next(
                Script.events()
                        .pause(PATIENCE.multipliedBy(5))
                        .event(CHUNK)
                        .event(USAGE)
                        .event("[DONE]")
                        .lastChunk(),
                Script.events().silence());

        assertThat(ask(chat("pub", true)).text()).endsWith("data: [DONE]\n\n");

        UsageRecord usage = recorded();
        assertThat(usage.used().charge()).isEqualTo(charge(11));
        assertThat(usage.served().others())
                .extracting(BilledAttempt::account, BilledAttempt::cause)
                .containsExactly(tuple("one/b", "hedge_lost"));
    }

    /** What was cut after its first byte, and what the client left, its key pays for. */
    @Test
    void aCutAnswerIsItsKeys() throws Exception {
        node(revision -> revision.price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.next(Script.events().event(CHUNK).fin());

        ask(chat("pub", true));

        UsageRecord usage = recorded();
        assertThat(usage.outcome().ending()).isEqualTo(Ending.CUT);
        assertThat(usage.used().tokens().input()).isPositive();
        assertThat(usage.used().charge())
                .isEqualTo(charge(
                        usage.used().tokens().input() + usage.used().tokens().output()));
        assertThat(usage.served().others()).isEmpty();
    }

    @Test
    void aClientThatLeftPaysForWhatWasSent() throws Exception {
        node(revision -> revision.price("pub", price(1_000_000, 1, 1_000_000)));
        upstream.otherwise(Script.begin().silence());

        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(chat("pub", false));
            upstream.take(SOON);
            connection.reset();
        }

        UsageRecord usage = recorded();
        assertThat(usage.outcome().ending()).isEqualTo(Ending.CANCELLED);
        assertThat(usage.used().tokens().input()).isPositive();
        assertThat(usage.used().charge()).isEqualTo(charge(usage.used().tokens().input()));
        assertThat(usage.served().others()).isEmpty();
    }
}
