package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.Strategy;
import io.sluice.message.CancelReserve;
import io.sluice.message.DrainIngress.Drained;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleQuota;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.Waiter;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that wait for room, with a scripted peer in the place of quota: it answers when the test says so. */
class WaitingTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String PATIENT_KEY = "sk-test-patient-0123456789";
    private static final String BODY =
            "{\"id\":\"c\",\"model\":\"up-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";
    private static final String REQUEST =
            "{\"model\":\"pub\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    /** A question that waits for its answer, and the moment it came, nanoseconds. */
    private record Question(ReserveQuota asked, long atNanos, Promise<QuotaDecision> answer) {
        Duration patience() {
            return Duration.ofNanos(asked.deadlineNanos() - atNanos);
        }
    }

    private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
        upstream.otherwise(Script.json(200, BODY));
        node(Duration.ofSeconds(10));
    }

    private void node(Duration deadline) {
        node(deadline, request -> {
            Question question = new Question(request, System.nanoTime(), Promise.promise());
            questions.add(question);
            return question.answer().future();
        });
    }

    private void node(Duration deadline, Function<ReserveQuota, Future<QuotaDecision>> quota) {
        node = TestNode.of(new RevisionBuilder()
                .channel("one", c -> c.port(upstream.port()).accounts("a", "b").redirect("pub", "up-1"))
                .key("app", KEY)
                .waitingKey("patient", PATIENT_KEY, 7, Duration.ofSeconds(40))
                .policy(Strategy.FILL, false, 3, deadline)
                .build());
        node.quotaLater(quota).start();
    }

    @AfterEach
    void stop() {
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        node.close();
        upstream.close();
    }

    private static String request(String key, boolean stream, String... headerLines) {
        String body = REQUEST.formatted(stream);
        String more = headerLines.length == 0 ? "" : String.join("\r\n", headerLines) + "\r\n";
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + key + "\r\n" + more
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private Question question() throws InterruptedException {
        Question question = questions.poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(question).as("a question for room").isNotNull();
        return question;
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).as("a usage record").isNotNull();
        return usage;
    }

    private static QuotaDecision granted(long reservation, Duration waited) {
        return new QuotaDecision.Granted(reservation, 0, System.nanoTime() + 500_000_000L, null, waited.toNanos());
    }

    private static QuotaDecision full(Duration retryAfter, Duration waited) {
        return new QuotaDecision.Denied(
                new QuotaExceeded(Cause.POOL, "The pool is full.", retryAfter), null, waited.toNanos());
    }

    /** Sends a request, has its question answered, and reads the answer. */
    private RawHttp.Answer exchange(String request, QuotaDecision decision) throws InterruptedException {
        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request);
            question().answer().complete(decision);
            return client.read(SOON, 1).last();
        }
    }

    @Test
    void waitsAndIsServed() throws Exception {
        RawHttp.Answer answer = exchange(request(KEY, false), granted(1, Duration.ofMillis(1_234)));

        assertThat(answer).returns(200, RawHttp.Answer::status).returns("1234", a -> a.header("x-sluice-queued-ms"));
        assertThat(recorded())
                .returns(Ending.COMPLETED, usage -> usage.outcome().ending())
                .returns(1, usage -> usage.served().attempts());
        assertThat(node.meter("sluice.queue.wait")).isPositive();
    }

    @Test
    void saysNothingOfAWaitThatWasNone() throws Exception {
        RawHttp.Answer answer = exchange(request(KEY, false), granted(1, Duration.ofNanos(999_999)));

        assertThat(answer.header("x-sluice-queued-ms")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "app, false, , 20000",
        "app, true, , 10000",
        "app, false, 2.5, 2500",
        "app, true, 15, 10000",
        "app, false, 999999999, 20000",
        "app, false, 0, 250",
        "app, false, 0.000000001, 250",
        "patient, true, , 40000",
        "patient, false, 30, 30000",
        "patient, false, 50, 40000"
    })
    void waitsAsLongAsKeyRouteAndClientAllow(String key, boolean stream, String header, long millis) throws Exception {
        node.close();
        node(Duration.ofSeconds(60));
        String[] lines = header == null ? new String[0] : new String[] {"X-Sluice-Max-Wait: " + header};

        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request(key.equals("app") ? KEY : PATIENT_KEY, stream, lines));
            Question question = question();
            question.answer().complete(full(Duration.ofSeconds(1), Duration.ZERO));
            client.read(SOON, 1);

            assertThat(question.patience())
                    .isBetween(Duration.ofMillis(millis).minusMillis(150), Duration.ofMillis(millis));
            assertThat(question.asked().waiter())
                    .returns(key, Waiter::key)
                    .returns(key.equals("app") ? 0 : 7, Waiter::priority)
                    .returns(REQUEST.formatted(stream).length(), Waiter::bytes);
        }
    }

    @Test
    void doesNotWaitBeyondTheRoutesDeadline() throws Exception {
        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request(PATIENT_KEY, false));
            Question question = question();
            question.answer().complete(full(Duration.ofSeconds(1), Duration.ZERO));
            client.read(SOON, 1);

            assertThat(question.patience()).isBetween(Duration.ofMillis(9_500), Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "abc", "1e3", "", "1,5", "NaN", "0x10", "1 2", ".5", "5.", "10s", "12345678901"})
    void garbageInTheHeaderIsRefusedByName(String value) {
        try (RawHttp client = RawHttp.clear(node.port())) {
            RawHttp.Answer answer = client.send(request(KEY, false, "X-Sluice-Max-Wait: " + value))
                    .read(SOON, 1)
                    .last();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("x-sluice-max-wait", "invalid_header");
            assertThat(questions).isEmpty();
        }
    }

    @Test
    void severalValuesInTheHeaderAreRefused() {
        try (RawHttp client = RawHttp.clear(node.port())) {
            assertThat(client.send(request(KEY, false, "X-Sluice-Max-Wait: 1", "X-Sluice-Max-Wait: 2"))
                            .read(SOON, 1)
                            .last()
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void whoLeavesIsTakenOutAtOnce() throws Exception {
        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request(KEY, false));
            Question question = question();
            client.reset();
            long leftNanos = System.nanoTime();

            var cancelled = node.cancellations().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);

            assertThat(Duration.ofNanos(System.nanoTime() - leftNanos)).isLessThan(Duration.ofMillis(100));
            assertThat(cancelled.ticket())
                    .isEqualTo(question.asked().waiter().ticket())
                    .isNotZero();
            assertThat(recorded())
                    .returns(Ending.CANCELLED, usage -> usage.outcome().ending())
                    .returns(0, usage -> usage.served().attempts())
                    .satisfies(u -> assertThat(u.timing().queueNanos()).isPositive());
            Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        }
        assertThat(node.attempts()).isEmpty();
        assertThat(upstream.untaken()).isZero();
    }

    /** R-10, small: the others are not disturbed by those who leave. */
    @Test
    void halfOfManyLeaveAndTheOthersAreServed() throws Exception {
        int half = 60;
        List<RawHttp> clients = new ArrayList<>();
        Map<Boolean, List<Question>> asked = Map.of(true, new ArrayList<>(), false, new ArrayList<>());
        for (int i = 0; i < 2 * half; i++) {
            RawHttp client = RawHttp.clear(node.port()).send(request(KEY, false));
            clients.add(client);
            asked.get(i % 2 == 0).add(question());
        }
        Await.until(() -> node.meter("sluice.requests.in.flight") == 2 * half);

        for (int i = 0; i < 2 * half; i += 2) {
            clients.get(i).reset();
        }

        Await.until(() -> node.meter("sluice.requests.in.flight") == half);
        assertThat(node.cancellations().stream().map(CancelReserve::ticket))
                .containsExactlyInAnyOrderElementsOf(asked.get(true).stream()
                        .map(q -> q.asked().waiter().ticket())
                        .toList());
        long reservation = 0;
        for (Question question : asked.get(false)) {
            question.answer().complete(granted(++reservation, Duration.ofMillis(9)));
        }
        for (int i = 1; i < 2 * half; i += 2) {
            assertThat(clients.get(i).read(SOON, 1).last().status()).isEqualTo(200);
            clients.get(i).close();
        }
        assertThat(upstream.untaken()).isEqualTo(half);
    }

    @Test
    void whatIsGrantedToOneWhoLeftIsSettledUnsent() throws Exception {
        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request(KEY, true));
            Question question = question();
            client.reset();
            node.cancellations().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
            question.answer().complete(granted(31, Duration.ofMillis(3)));
        }

        assertThat(node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS))
                .returns(31L, SettleQuota::reservation)
                .returns(false, SettleQuota::sent)
                .returns(false, SettleQuota::keepKey);
        assertThat(recorded().outcome().ending()).isEqualTo(Ending.CANCELLED);
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void tellsWhenThePoolHasRoomAgain() throws Exception {
        RawHttp.Answer answer = exchange(request(KEY, false), full(Duration.ofMillis(12_001), Duration.ofSeconds(20)));

        assertThat(answer)
                .returns(429, RawHttp.Answer::status)
                .returns("13", a -> a.header("retry-after"))
                .returns("12001", a -> a.header("retry-after-ms"))
                .returns("20000", a -> a.header("x-sluice-queued-ms"));
        assertThat(answer.text()).contains("pool_exhausted", "The pool is full.");
        assertThat(recorded())
                .returns(429, usage -> usage.outcome().status())
                .returns(Ending.FAILED, usage -> usage.outcome().ending());
        assertThat(node.cancellations()).isEmpty();
    }

    @Test
    void withoutAMajorityItIsUnavailable() throws Exception {
        RawHttp.Answer answer = exchange(
                request(KEY, false),
                new QuotaDecision.Denied(
                        new GatewayFailure.Unavailable("The cluster has no majority.", Duration.ofMillis(2_500)),
                        null,
                        0));

        assertThat(answer)
                .returns(503, RawHttp.Answer::status)
                .returns("3", a -> a.header("retry-after"))
                .returns("2500", a -> a.header("retry-after-ms"));
        assertThat(answer.text()).contains("\"unavailable\"");
    }

    @Test
    void drainLetsItWaitAndCutsItAtTheEnd() throws Exception {
        try (RawHttp served = RawHttp.clear(node.port());
                RawHttp cut = RawHttp.clear(node.port())) {
            served.send(request(KEY, false));
            Question first = question();
            cut.send(request(KEY, false));
            Question second = question();

            Future<Drained> drained = node.drain(Duration.ofMillis(800));
            first.answer().complete(granted(1, Duration.ofMillis(5)));

            assertThat(served.read(SOON, 1).last().status()).isEqualTo(200);
            assertThat(cut.read(SOON, 1).last())
                    .returns(503, RawHttp.Answer::status)
                    .matches(a -> a.text().contains("The gateway is stopping"));
            assertThat(TestNode.await(drained).cut()).isEqualTo(1);
            assertThat(node.cancellations()
                            .poll(Await.MOST_SECONDS, TimeUnit.SECONDS)
                            .ticket())
                    .isEqualTo(second.asked().waiter().ticket());
            second.answer().complete(granted(2, Duration.ofMillis(5)));
        }
        assertThat(node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS))
                .returns(1L, SettleQuota::reservation);
        assertThat(node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS))
                .returns(2L, SettleQuota::reservation)
                .returns(false, SettleQuota::sent);
        assertThat(upstream.untaken()).isEqualTo(1);
    }

    @Test
    void keepsItsTicketAndSpendsOneWaitOverAllItsAttempts() throws Exception {
        upstream.next(Script.json(500, "{}"));

        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request(KEY, false, "X-Sluice-Max-Wait: 6"));
            Question first = question();
            first.answer().complete(granted(1, Duration.ofSeconds(4)));
            Question second = question();
            second.answer().complete(granted(2, Duration.ofSeconds(1)));
            RawHttp.Answer answer = client.read(SOON, 1).last();

            assertThat(second.asked().waiter()).isEqualTo(first.asked().waiter());
            assertThat(second.asked().replaces()).isEqualTo(1);
            assertThat(second.patience()).isBetween(Duration.ofMillis(1_850), Duration.ofSeconds(2));
            assertThat(answer.header("x-sluice-queued-ms")).isEqualTo("5000");
        }
    }

    @Test
    void everyRequestHasItsOwnTicket() throws Exception {
        Set<Long> tickets = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            try (RawHttp client = RawHttp.clear(node.port())) {
                client.send(request(KEY, false));
                Question question = question();
                tickets.add(question.asked().waiter().ticket());
                question.answer().complete(granted(i + 1, Duration.ZERO));
                client.read(SOON, 1);
            }
        }

        assertThat(tickets).hasSize(5);
        assertThat(new Tickets(1).next()).isGreaterThan(1L << 40);
    }
}
