package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.pool.AmbiguousFaults;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pool.Strategy;
import io.sluice.message.AttemptFinished;
import io.sluice.message.QuotaDecision;
import io.sluice.message.SettleQuota;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.Standings;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is asked after a failure, and what the client is told when nobody is, through a lane. */
class FailoverFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String NARROW = "sk-test-narrow-0123456789";
    private static final String CHUNK =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}";
    private static final String BODY =
            "{\"id\":\"c\",\"model\":\"up\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";
    private static final String IMAGES = "{\"created\":1,\"data\":[{\"b64_json\":\"AAAA\"}]}";

    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        node.close();
        upstream.close();
    }

    private GatewayRevision revision(UnaryOperator<RevisionBuilder> how) {
        return how.apply(new RevisionBuilder()
                        .channel("one", c -> c.port(upstream.port())
                                .accounts("a", "b")
                                .redirect("pub", "up-small")
                                .redirect("image", "up-image"))
                        .channel(
                                "large",
                                c -> c.port(upstream.port()).accounts("l").redirect("pub-large", "up-large"))
                        .diagnosticKey("app", KEY)
                        .key("narrow", NARROW, List.of("pub"), null)
                        .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10)))
                .build();
    }

    private void node(UnaryOperator<RevisionBuilder> how) {
        node = TestNode.of(revision(how)).start();
    }

    private static Failover failover(Duration attemptTimeout, AmbiguousFaults ambiguous, int percent, int least) {
        return new Failover(attemptTimeout, ambiguous, Set.of(), new RetryShare(percent, least), null);
    }

    private RawHttp.Answer ask(String key, String path, String body) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection
                    .send("POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .read(SOON, 1)
                    .last();
        }
    }

    private RawHttp.Answer chat(String key, boolean stream) {
        return ask(
                key,
                "/v1/chat/completions",
                "{\"model\":\"pub\",\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    private RawHttp.Answer chat() {
        return chat(KEY, false);
    }

    private static Script error(int status, String code) {
        return Script.json(
                status,
                "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"" + code
                        + "\"}}");
    }

    private static <T> T taken(BlockingQueue<T> from) throws InterruptedException {
        T next = from.poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private String askedAs() throws InterruptedException {
        String head = upstream.take(SOON).head();
        return head.substring(head.indexOf("CANARY-")).lines().findFirst().orElseThrow();
    }

    /** Every reservation is settled once, and the request recorded once. */
    private UsageRecord settledAndRecordedOnce() throws InterruptedException {
        UsageRecord usage = taken(node.records());
        assertThat(node.records()).isEmpty();
        assertThat(node.audit().open()).isZero();
        assertThat(node.audit().faults()).isEmpty();
        return usage;
    }

    @Test
    void requestThatIsTooLongGoesOnWithTheLargerModel() throws Exception {
        node(r -> r.fallbacksOn(FallbackCause.CONTEXT, "pub", "pub-large"));
        upstream.next(error(400, "context_length_exceeded"), Script.json(200, BODY));

        RawHttp.Answer answer = chat();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("\"model\":\"pub-large\"");
        assertThat(answer.header("x-sluice-attempts")).isEqualTo("2");
        assertThat(answer.header("x-sluice-account")).isEqualTo("large/l");
        assertThat(answer.header("x-sluice-upstream-model")).isEqualTo("up-large");
        assertThat(askedAs()).isEqualTo("CANARY-one-a");
        assertThat(askedAs()).isEqualTo("CANARY-large-l");
        assertThat(settledAndRecordedOnce())
                .returns("pub", usage -> usage.asked().model())
                .returns("pub-large", usage -> usage.served().model())
                .returns(2, usage -> usage.served().attempts());
    }

    @Test
    void largerModelIsOnlyForKeysThatMayUseIt() throws Exception {
        node(r -> r.fallbacksOn(FallbackCause.CONTEXT, "pub", "pub-large"));
        upstream.otherwise(error(400, "context_length_exceeded"));

        RawHttp.Answer answer = chat(NARROW, false);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("context_length_exceeded");
        assertThat(answer.headers().keySet()).noneMatch(name -> name.startsWith("x-sluice"));
        assertThat(upstream.connections()).isEqualTo(1);
        settledAndRecordedOnce();
    }

    @Test
    void requestThatIsTooLongForEveryModelIsToldSo() throws Exception {
        node(r -> r.fallbacksOn(FallbackCause.CONTEXT, "pub", "pub-large"));
        upstream.otherwise(error(400, "context_length_exceeded"));

        RawHttp.Answer answer = chat();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("x-sluice-attempts")).isEqualTo("2");
        assertThat(answer.header("x-sluice-account")).isNull();
        settledAndRecordedOnce();
    }

    @Test
    void refusedContentGoesOnOnlyWhereItIsConfigured() throws Exception {
        node(r -> r.fallbacks("pub", "pub-large"));
        upstream.otherwise(error(400, "content_filter"));

        assertThat(chat().status()).isEqualTo(400);
        assertThat(upstream.connections()).isEqualTo(1);
        settledAndRecordedOnce();
    }

    @Test
    void cutBeforeTheFirstEventFallsBackAndAfterItTellsInTheStream() throws Exception {
        node(r -> r);
        Script whole = Script.events().event(CHUNK).event("[DONE]").lastChunk();
        upstream.next(Script.events().fin(), whole, Script.events().event(CHUNK).fin());

        assertThat(chat(KEY, true).text()).endsWith("data: [DONE]\n\n");
        assertThat(settledAndRecordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns(Ending.COMPLETED, usage -> usage.outcome().ending());

        RawHttp.Answer cut = chat(KEY, true);
        assertThat(cut.whole()).isFalse();
        assertThat(cut.text()).contains("\"error\"").doesNotContain("[DONE]");
        assertThat(settledAndRecordedOnce())
                .returns(1, usage -> usage.served().attempts())
                .returns(Ending.CUT, usage -> usage.outcome().ending())
                .returns(true, usage -> usage.used().isEstimated())
                .matches(usage -> usage.used().tokens().input() > 0);
    }

    @Test
    void attemptThatDoesNotBeginInItsTimeFallsBack() throws Exception {
        node(r -> r.failover(failover(Duration.ofMillis(200), AmbiguousFaults.BY_CALL, 20, 10)));
        // The first has not even a head, the second no byte behind it.
        upstream.next(
                Script.begin().silence(),
                Script.events().event(CHUNK).event("[DONE]").lastChunk());

        assertThat(chat(KEY, true).text()).endsWith("data: [DONE]\n\n");

        AttemptFinished first = taken(node.attempts());
        assertThat(first.sent()).isTrue();
        assertThat(first.failure()).isNotNull();
        assertThat(taken(node.settlements()).keepKey()).isTrue();
        assertThat(settledAndRecordedOnce().served().attempts()).isEqualTo(2);
    }

    @Test
    void attemptWithoutAByteBehindItsHeadFallsBackInItsTime() throws Exception {
        node(r -> r.failover(failover(Duration.ofSeconds(1), AmbiguousFaults.BY_CALL, 20, 10)));
        upstream.next(
                Script.events().silence(),
                Script.events().event(CHUNK).event("[DONE]").lastChunk());

        assertThat(chat(KEY, true).text()).endsWith("data: [DONE]\n\n");
        assertThat(taken(node.attempts()))
                .returns(-1L, AttemptFinished::firstNanos)
                .matches(told -> told.headNanos() >= 0);
        assertThat(settledAndRecordedOnce().served().attempts()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void picturesAreNotAskedForTwiceUnlessThatIsAllowed(boolean allowed) throws Exception {
        AmbiguousFaults ambiguous = allowed ? AmbiguousFaults.REPEAT : AmbiguousFaults.BY_CALL;
        node(r -> r.failover(failover(null, ambiguous, 20, 10)));
        upstream.next(Script.begin().reset(), Script.json(200, IMAGES));

        RawHttp.Answer answer = ask(KEY, "/v1/images/generations", "{\"model\":\"image\",\"prompt\":\"a cat\"}");

        assertThat(answer.status()).isEqualTo(allowed ? 200 : 502);
        assertThat(settledAndRecordedOnce().served().attempts()).isEqualTo(allowed ? 2 : 1);
    }

    @Test
    void failsFastWhenTheBudgetIsSpent() throws Exception {
        node(r -> r.failover(failover(null, AmbiguousFaults.BY_CALL, 0, 1)));
        upstream.otherwise(error(500, "down"));

        assertThat(chat().header("x-sluice-attempts")).isEqualTo("2");
        RawHttp.Answer second = chat();

        assertThat(second.status()).isEqualTo(502);
        assertThat(second.text()).contains("upstream_error");
        assertThat(second.header("x-sluice-attempts")).isEqualTo("1");
        assertThat(node.meter("sluice.retries.refused")).isEqualTo(1);
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
    }

    /** Everybody is down, and each request would be tried three times: what goes out stays near what came in. */
    @Test
    void outageDoesNotMultiplyTheTraffic() throws Exception {
        int requests = 300;
        node(r -> r);
        upstream.otherwise(error(500, "down"));

        for (int i = 0; i < requests; i++) {
            assertThat(chat().status()).isIn(502, 503);
        }

        Await.until(() -> node.records().size() == requests);
        int attempts = node.records().stream()
                .mapToInt(usage -> usage.served().attempts())
                .sum();
        assertThat(attempts).isLessThanOrEqualTo(requests * 12 / 10 + RetryShare.DEFAULT.least());
        assertThat(upstream.untaken()).isEqualTo(attempts);
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
    }

    @Test
    void accountsThatAreDeadTakeNothingOfTheBudget() throws Exception {
        node(r -> r.failover(failover(null, AmbiguousFaults.BY_CALL, 0, 0)));
        upstream.next(error(401, "invalid_api_key"), Script.json(200, BODY));

        assertThat(chat().status()).isEqualTo(200);
        assertThat(settledAndRecordedOnce().served().attempts()).isEqualTo(2);
    }

    @Test
    void saysThatEverybodyIsOutWhenEveryAccountIsRefused() throws Exception {
        node(r -> r);
        upstream.otherwise(error(401, "invalid_api_key"));

        RawHttp.Answer answer = chat();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).contains("no_candidate", "status 401").doesNotContain("one/a", "CANARY");
        assertThat(settledAndRecordedOnce().served().attempts()).isEqualTo(2);
    }

    @Test
    void namesTheEarliestInstantOfThoseThatWereAskedToSlowDown() throws Exception {
        node(r -> r);
        upstream.next(
                Script.json(
                        429, "{\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}", "retry-after: 7"),
                Script.json(
                        429, "{\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}", "retry-after: 30"));

        RawHttp.Answer answer = chat();

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after")).isEqualTo("7");
        settledAndRecordedOnce();
    }

    @Test
    void fullPoolNamesAlsoWhenWhoCoolsComesBack() throws Exception {
        GatewayRevision revision = revision(r -> r);
        node = TestNode.of(revision)
                .quota(request -> new QuotaDecision.Denied(
                        new QuotaExceeded(QuotaExceeded.Cause.POOL, "full", Duration.ofSeconds(50)), null, 0))
                .start();
        node.health(Standings.of(revision)
                .cools("one/a", System.nanoTime() + Duration.ofSeconds(20).toNanos())
                .picture());

        RawHttp.Answer answer = chat();

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.text()).contains("pool_exhausted");
        assertThat(Integer.parseInt(answer.header("retry-after"))).isBetween(1, 20);
        settledAndRecordedOnce();
    }

    @Test
    void modelThatNobodyServesIsPassedOver() throws Exception {
        node(r -> r.fallbacksOn(FallbackCause.CONTEXT, "pub", "gone"));
        upstream.otherwise(error(400, "context_length_exceeded"));

        assertThat(chat().status()).isEqualTo(400);
        assertThat(taken(node.settlements())).returns(false, SettleQuota::keepKey);
        settledAndRecordedOnce();
    }
}
