package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.sluice.domain.failure.GatewayFailure.ClientClosed;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.pool.AmbiguousFaults;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.AttemptFinished;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleQuota;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A second account beside one that is slow to begin: who answers, what is settled, and that nothing is left. */
class HedgeFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final Duration PATIENCE = Duration.ofMillis(60);
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String CHUNK =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}";
    private static final String USAGE =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"up\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";

    private final BlockingQueue<ReserveQuota> questions = new LinkedBlockingQueue<>();
    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        Await.until(() -> node.meter("sluice.streams.open") == 0);
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
        node.close();
        upstream.close();
    }

    private void node(int retries, @Nullable Function<ReserveQuota, QuotaDecision> quota) {
        node = TestNode.of(new RevisionBuilder()
                .channel("one", c -> c.port(upstream.port())
                        .accounts("a", "b", "c")
                        .redirect("pub", "up")
                        .redirect("image", "up-image"))
                .limitedKey(
                        "app", KEY, new LimitSet(List.of(new Limit(Dimension.REQUESTS, 100, Duration.ofMinutes(1))), 0))
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .failover(new Failover(
                        null,
                        AmbiguousFaults.BY_CALL,
                        Set.of(),
                        new RetryShare(0, retries),
                        new Hedge(PATIENCE, Duration.ofMillis(1), SOON)))
                .build());
        node.quota(request -> {
            questions.add(request);
            QuotaDecision decision = quota == null ? null : quota.apply(request);
            return decision != null ? decision : node.grantFirst(request);
        });
        node.start();
    }

    private static Script answer() {
        return Script.events().event(CHUNK).event(USAGE).event("[DONE]").lastChunk();
    }

    private RawHttp connect() {
        return RawHttp.clear(node.port());
    }

    private static String request(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String chat() {
        return request(
                "/v1/chat/completions",
                "{\"model\":\"pub\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    private RawHttp.Answer ask() {
        try (RawHttp connection = connect()) {
            return connection.send(chat()).read(SOON, 1).last();
        }
    }

    private static <T> T taken(BlockingQueue<T> from) throws InterruptedException {
        T next = from.poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private List<SettleQuota> settlements() {
        Await.until(() -> node.audit().open() == 0);
        return new ArrayList<>(node.settlements());
    }

    private UsageRecord recordedOnce() throws InterruptedException {
        UsageRecord usage = taken(node.records());
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.records()).isEmpty();
        return usage;
    }

    @Test
    void secondAnswersWhereTheFirstIsSilent() throws Exception {
        node(10, null);
        upstream.next(Script.events().silence(), answer());

        assertThat(ask().text()).contains(CHUNK.replace("up", "pub")).endsWith("data: [DONE]\n\n");

        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns("one/b", usage -> usage.served().account())
                .returns(9L, usage -> usage.used().tokens().input())
                .returns(false, usage -> usage.used().isEstimated())
                .returns(Ending.COMPLETED, usage -> usage.outcome().ending());
        ReserveQuota first = taken(questions);
        assertThat(first.keyScopes()).hasSize(1);
        assertThat(taken(questions))
                .returns(0L, ReserveQuota::replaces)
                .returns(List.of(), ReserveQuota::keyScopes)
                .matches(beside -> beside.candidates().size() == 2);
        // The silent account may bill what was expected; the key pays for what was used.
        List<SettleQuota> settled = settlements();
        assertThat(settled).hasSize(3);
        assertThat(settled.stream().filter(s -> s.reservation() == 1))
                .extracting(
                        SettleQuota::keepKey, SettleQuota::sent, s -> s.actual().tokens())
                .containsExactly(tuple(true, true, estimated(settled)), tuple(false, true, 11L));
        assertThat(settled.stream().filter(s -> s.reservation() == 2))
                .extracting(SettleQuota::keepKey, s -> s.actual().tokens())
                .containsExactly(tuple(false, 11L));
        List<AttemptFinished> told = List.of(taken(node.attempts()), taken(node.attempts()));
        assertThat(told)
                .extracting(each -> each.candidate().accountId() + " " + (each.failure() == null))
                .containsExactlyInAnyOrder("one/a false", "one/b true");
        // The silent one would have taken longer than the other one's patience and answer together.
        AttemptFinished slow =
                told.stream().filter(each -> each.failure() != null).findFirst().orElseThrow();
        assertThat(slow.failure()).isInstanceOf(ClientClosed.class);
        assertThat(slow.firstNanos()).isGreaterThanOrEqualTo(PATIENCE.toNanos() / 2);
        assertThat(node.attempts()).isEmpty();
        Await.until(() -> upstream.openConnections() <= 1);
    }

    private static long estimated(List<SettleQuota> settled) {
        long first = settled.stream()
                .filter(s -> s.reservation() == 1 && s.keepKey())
                .findFirst()
                .orElseThrow()
                .actual()
                .tokens();
        assertThat(first).isGreaterThan(1_000);
        return first;
    }

    @Test
    void secondAnswersWhereTheFirstHasNoHead() throws Exception {
        node(10, null);
        upstream.next(Script.begin().silence(), answer());

        assertThat(ask().text()).endsWith("data: [DONE]\n\n");
        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns("one/b", usage -> usage.served().account());
        assertThat(settlements()).hasSize(3);
        assertThat(node.attempts())
                .hasSize(2)
                .filteredOn(told -> told.failure() != null)
                .allMatch(told -> told.firstNanos() >= PATIENCE.toNanos() / 2);
    }

    @Test
    void firstGoesOnWhenItBeginsFirst() throws Exception {
        node(10, null);
        upstream.next(
                Script.events()
                        .pause(PATIENCE.multipliedBy(5))
                        .event(CHUNK)
                        .event(USAGE)
                        .event("[DONE]")
                        .lastChunk(),
                Script.events().silence());

        assertThat(ask().text()).endsWith("data: [DONE]\n\n");

        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns("one/a", usage -> usage.served().account());
        List<SettleQuota> settled = settlements();
        assertThat(settled).hasSize(2).noneMatch(SettleQuota::keepKey);
        assertThat(settled.stream().filter(s -> s.reservation() == 1))
                .extracting(s -> s.actual().tokens())
                .containsExactly(11L);
        AttemptFinished lost = List.of(taken(node.attempts()), taken(node.attempts())).stream()
                .filter(told -> told.failure() != null)
                .findFirst()
                .orElseThrow();
        assertThat(lost)
                .returns("one/b", told -> told.candidate().accountId())
                // It was asked later: nobody knows whether it is slow.
                .returns(-1L, AttemptFinished::firstNanos)
                .matches(told -> told.failure() instanceof ClientClosed);
    }

    @Test
    void firstGoesOnWhenTheSecondFails() throws Exception {
        node(10, null);
        upstream.next(
                Script.events()
                        .pause(PATIENCE.multipliedBy(5))
                        .event(CHUNK)
                        .event(USAGE)
                        .event("[DONE]")
                        .lastChunk(),
                Script.json(500, "{\"error\":{\"message\":\"no\"}}"));

        assertThat(ask().text()).endsWith("data: [DONE]\n\n");
        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns("one/a", usage -> usage.served().account());
        assertThat(settlements()).hasSize(2);
    }

    @Test
    void secondGoesOnWhenTheFirstFails() throws Exception {
        node(10, null);
        upstream.next(
                Script.events().pause(PATIENCE.multipliedBy(3)).fin(),
                Script.events()
                        .pause(PATIENCE.multipliedBy(6))
                        .event(CHUNK)
                        .event(USAGE)
                        .event("[DONE]")
                        .lastChunk());

        assertThat(ask().text()).endsWith("data: [DONE]\n\n");
        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns("one/b", usage -> usage.served().account());
        assertThat(settlements()).extracting(SettleQuota::reservation).containsExactlyInAnyOrder(1L, 1L, 2L);
    }

    @Test
    void thirdIsAskedWhenBothFail() throws Exception {
        node(10, null);
        upstream.next(
                Script.events().pause(PATIENCE.multipliedBy(3)).fin(),
                Script.events().pause(PATIENCE.multipliedBy(4)).fin(),
                answer());

        assertThat(ask().text()).endsWith("data: [DONE]\n\n");
        assertThat(recordedOnce())
                .returns(3, usage -> usage.served().attempts())
                .returns("one/c", usage -> usage.served().account());
        // The third takes over what the first has paid for the key.
        List<ReserveQuota> asked = new ArrayList<>(questions);
        assertThat(asked).extracting(ReserveQuota::replaces).containsExactly(0L, 0L, 1L);
        assertThat(settlements()).hasSize(3);
        assertThat(node.attempts()).hasSize(3);
    }

    /** What the second one's answer says is about whom the second one asked. */
    @Test
    void secondsFaultIsItsOwnWhenBothFail() throws Exception {
        node = TestNode.of(new RevisionBuilder()
                .channel("one", c -> c.port(upstream.port()).accounts("a").redirect("pub", "up"))
                .channel("two", c -> c.url(new BaseUrl(false, "127.0.0.1", upstream.port(), "/two/v1"))
                        .accounts("b", "c")
                        .redirect("pub", "up"))
                .channel("three", c -> c.url(new BaseUrl(false, "127.0.0.1", upstream.port(), "/three/v1"))
                        .accounts("d")
                        .redirect("pub", "up"))
                .key("app", KEY)
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .failover(new Failover(
                        null,
                        AmbiguousFaults.BY_CALL,
                        Set.of(),
                        new RetryShare(0, 10),
                        new Hedge(PATIENCE, Duration.ofMillis(1), SOON)))
                .build());
        node.start();
        upstream.next(
                Script.events().pause(PATIENCE.multipliedBy(3)).fin(),
                Script.begin()
                        .pause(PATIENCE.multipliedBy(5))
                        .write("HTTP/1.1 503 X\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"),
                answer());

        assertThat(ask().text()).endsWith("data: [DONE]\n\n");

        // The service of the second one is overloaded: its other account is asked last.
        assertThat(recordedOnce())
                .returns(3, usage -> usage.served().attempts())
                .returns("three/d", usage -> usage.served().account());
    }

    @Test
    void failureIsTheSecondsWhenItFailsLast() throws Exception {
        node(1, null);
        upstream.next(
                Script.events().pause(PATIENCE.multipliedBy(3)).fin(),
                Script.begin()
                        .pause(PATIENCE.multipliedBy(5))
                        .write("HTTP/1.1 500 X\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));

        assertThat(ask().status()).isEqualTo(502);

        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns("one/b", usage -> usage.served().account());
    }

    @Test
    void failureIsTheAnswerWhenAllFail() throws Exception {
        node(10, null);
        upstream.next(Script.events().pause(PATIENCE.multipliedBy(3)).fin())
                .otherwise(Script.json(500, "{\"error\":{\"message\":\"no\"}}"));

        assertThat(ask().status()).isEqualTo(502);
        assertThat(recordedOnce())
                .returns(3, usage -> usage.served().attempts())
                .returns(Ending.FAILED, usage -> usage.outcome().ending());
        assertThat(node.attempts()).hasSize(3);
    }

    @Test
    void bothEndWhenTheClientLeaves() throws Exception {
        node(10, null);
        upstream.otherwise(Script.events().silence());

        try (RawHttp connection = connect()) {
            connection.send(chat());
            Await.until(() -> upstream.untaken() == 2);
        }

        assertThat(recordedOnce())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending());
        Await.until(() -> upstream.openConnections() == 0);
        Await.until(() -> node.attempts().size() == 2);
    }

    @Test
    void clientThatLeavesTheSecondsAnswerEndsIt() throws Exception {
        node(10, null);
        upstream.next(Script.events().silence(), Script.events().event(CHUNK).silence());

        try (RawHttp connection = connect()) {
            connection.send(chat());
            // The first is told to have lost when the second begins.
            Await.until(() -> node.attempts().size() == 1);
        }

        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending());
        Await.until(() -> upstream.openConnections() == 0);
    }

    @Test
    void clientThatLeavesTheSecondAfterTheFirstFailedEndsIt() throws Exception {
        node(10, null);
        upstream.next(
                Script.events().pause(PATIENCE.multipliedBy(3)).fin(),
                Script.events().silence());

        try (RawHttp connection = connect()) {
            connection.send(chat());
            Await.until(() -> node.attempts().size() == 1);
            Await.until(() -> node.meter("sluice.streams.open") == 1);
        }

        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending());
        assertThat(settlements()).extracting(SettleQuota::reservation).containsExactlyInAnyOrder(1L, 1L, 2L);
        Await.until(() -> node.attempts().size() == 2);
    }

    @Test
    void secondWhoseLeaseRanOutIsNotNeeded() throws Exception {
        node(
                10,
                request -> request.keyScopes().isEmpty()
                        ? new QuotaDecision.Granted(77, 0, System.nanoTime() - 1, null, 0)
                        : null);
        upstream.next(Script.events().pause(PATIENCE.multipliedBy(4)).fin(), answer());

        // The first fails, and the one whose reservation ran out before is asked then.
        assertThat(ask().text()).endsWith("data: [DONE]\n\n");

        assertThat(recordedOnce())
                .returns(2, usage -> usage.served().attempts())
                .returns("one/b", usage -> usage.served().account());
        assertThat(settlements().stream().filter(s -> s.reservation() == 77))
                .extracting(SettleQuota::sent)
                .containsExactly(false);
    }

    @Test
    void nodeThatStopsEndsBoth() throws Exception {
        node(10, null);
        upstream.otherwise(Script.events().silence());

        try (RawHttp connection = connect()) {
            connection.send(chat());
            Await.until(() -> upstream.untaken() == 2);
            TestNode.await(node.drain(Duration.ofMillis(50)));
            assertThat(recordedOnce())
                    .returns("unavailable", usage -> usage.outcome().error());
        }
        Await.until(() -> node.attempts().size() == 2);
    }

    @Test
    void isNotHedgedWithoutBudget() throws Exception {
        node(0, null);
        upstream.next(Script.events()
                .pause(PATIENCE.multipliedBy(4))
                .event(CHUNK)
                .event("[DONE]")
                .lastChunk());

        ask();

        assertThat(recordedOnce().served().attempts()).isEqualTo(1);
        assertThat(upstream.connections()).isEqualTo(1);
        // What was reserved for it is given back.
        assertThat(settlements()).extracting(SettleQuota::sent).containsExactlyInAnyOrder(false, true);
    }

    @Test
    void isNotHedgedWhereNobodyHasRoom() throws Exception {
        node(
                10,
                request -> request.keyScopes().isEmpty()
                        ? new QuotaDecision.Denied(
                                new QuotaExceeded(QuotaExceeded.Cause.POOL, "full", Duration.ZERO), null, 0)
                        : null);
        upstream.next(Script.events()
                .pause(PATIENCE.multipliedBy(4))
                .event(CHUNK)
                .event("[DONE]")
                .lastChunk());

        ask();

        assertThat(recordedOnce().served().attempts()).isEqualTo(1);
        assertThat(questions).hasSize(2);
    }

    @Test
    void picturesAreNotHedged() throws Exception {
        node(10, null);
        upstream.next(Script.begin()
                .pause(PATIENCE.multipliedBy(4))
                .write(response("{\"created\":1,\"data\":[{\"b64_json\":\"AAAA\"}]}")));

        try (RawHttp connection = connect()) {
            RawHttp.Answer answer = connection
                    .send(request("/v1/images/generations", "{\"model\":\"image\",\"prompt\":\"a cat\"}"))
                    .read(SOON, 1)
                    .last();
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(recordedOnce().served().attempts()).isEqualTo(1);
        assertThat(questions).hasSize(1);
    }

    private static String response(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    @Test
    void quickAnswerIsNotHedged() throws Exception {
        node(10, null);
        upstream.next(answer());

        assertThat(ask().text()).endsWith("data: [DONE]\n\n");
        assertThat(recordedOnce().served().attempts()).isEqualTo(1);
        assertThat(questions).hasSize(1);
    }
}
