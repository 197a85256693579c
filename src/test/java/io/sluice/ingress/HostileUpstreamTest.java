package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.message.AttemptFinished;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * U-02: answers that break HTTP. The client gets an error of its dialect, the connection is not used again, and the next
 * request gets its own answer.
 */
class HostileUpstreamTest {
    private static final Duration SOON = Await.MOST;
    private static final Duration QUICK = Duration.ofMillis(400);
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String JSON = "content-type: application/json\r\n";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\n" + JSON + "transfer-encoding: chunked\r\n\r\n";

    /** An answer that nobody asked for; whoever reads it as his own has been poisoned. */
    private static final String POISON = "HTTP/1.1 200 OK\r\n" + JSON + "content-length: 12\r\n\r\n{\"POISON\":1}";

    private static FakeUpstream upstream;
    private static TestNode node;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.port(upstream.port())
                                .serves("m")
                                .maxConnections(1)
                                .timeouts(new Timeouts(QUICK, QUICK, QUICK, QUICK, Duration.ofSeconds(20))))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, Duration.ofSeconds(10))
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        node.close();
        upstream.close();
    }

    @AfterEach
    void nothingIsLeft() {
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        node.records().clear();
        node.attempts().clear();
    }

    private static Answer chat() {
        String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection
                    .send("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nx-api-key: " + KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .read(SOON, 1)
                    .last();
        }
    }

    private static String whole(String nonce) {
        return "{\"id\":\"" + nonce
                + "\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                + "\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}";
    }

    private static void assertNextIsClean() {
        upstream.next(Script.json(200, whole("NONCE")));

        Answer next = chat();

        assertThat(next.status()).isEqualTo(200);
        assertThat(next.text()).contains("NONCE").doesNotContain("POISON");
    }

    static Stream<Arguments> brokenAnswers() {
        return Stream.of(
                Arguments.of("nothing", ""),
                Arguments.of("half a head", "HTTP/1.1 200 OK\r\ncontent-ty"),
                Arguments.of("garbage", "garbage\r\n\r\n"),
                Arguments.of("TLS alert", "\u0015\u0003\u0003\u0000\u0002\u0002\u0028"),
                Arguments.of("HTTP/0.9", "{\"id\":\"x\"}"),
                Arguments.of("HTTP/2 preface", "\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000"),
                Arguments.of("no status", "HTTP/1.1 OK\r\n\r\n"),
                Arguments.of(
                        "two lengths",
                        "HTTP/1.1 200 OK\r\n" + JSON + "content-length: 2\r\ncontent-length: 3\r\n\r\n{} "),
                Arguments.of("length with a sign", "HTTP/1.1 200 OK\r\n" + JSON + "content-length: +2\r\n\r\n{}"),
                Arguments.of("negative length", "HTTP/1.1 200 OK\r\n" + JSON + "content-length: -1\r\n\r\n{}"),
                Arguments.of(
                        "length and coding",
                        "HTTP/1.1 200 OK\r\n" + JSON
                                + "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                Arguments.of(
                        "chunked is not the last coding",
                        "HTTP/1.1 200 OK\r\n" + JSON + "transfer-encoding: chunked, gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                Arguments.of(
                        "control byte in a header",
                        "HTTP/1.1 200 OK\r\n" + JSON + "a: b\u0000c\r\ncontent-length: 2\r\n\r\n{}"),
                Arguments.of(
                        "large header",
                        "HTTP/1.1 200 OK\r\n" + JSON + "a: " + "b".repeat(20 * 1024)
                                + "\r\ncontent-length: 2\r\n\r\n{}"),
                Arguments.of("long status line", "HTTP/1.1 200 " + "x".repeat(8 * 1024) + "\r\n\r\n"),
                Arguments.of("chunk size overflows", CHUNKED + "100000002\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("chunk size is no number", CHUNKED + "zz\r\n{}\r\n0\r\n\r\n"),
                Arguments.of("chunk is longer than its size", CHUNKED + "2\r\n{}{}\r\n0\r\n\r\n"),
                Arguments.of("short body", "HTTP/1.1 200 OK\r\n" + JSON + "content-length: 500\r\n\r\n{"),
                Arguments.of("cut chunk", CHUNKED + "ff\r\n{\"id\":"),
                Arguments.of("no last chunk", CHUNKED + "2\r\n{}\r\n"),
                Arguments.of("switching protocols", "HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
                Arguments.of("no content", "HTTP/1.1 204 X\r\n\r\n"),
                Arguments.of("no content, with content", "HTTP/1.1 204 X\r\ncontent-length: 2\r\n\r\n{}"),
                Arguments.of("not modified", "HTTP/1.1 304 X\r\n\r\n"),
                Arguments.of("partial", "HTTP/1.1 206 X\r\n" + JSON + "content-length: 2\r\n\r\n{}"),
                Arguments.of("unknown status", "HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n"),
                Arguments.of(
                        "foreign type", "HTTP/1.1 200 X\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi"),
                Arguments.of("no type", "HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenAnswers")
    void brokenAnswerIsAFaultOfTheEndpoint(String name, String bytes) throws Exception {
        upstream.next(Script.bytes(bytes).fin());

        Answer answer = chat();

        if (answer.status() == 200) {
            // The first bytes of a body had gone out before the fault was to be seen.
            assertThat(answer.whole()).isFalse();
        } else {
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("\"code\":\"upstream_error\"").doesNotContain("POISON");
        }
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).isNotNull();
        assertThat(usage.outcome().ending()).isIn(Ending.FAILED, Ending.CUT);
        AttemptFinished attempt = node.attempts().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(attempt).isNotNull();
        assertThat(attempt.failure()).isInstanceOf(UpstreamFailure.class);
        assertThat(node.attempts()).isEmpty();
        assertNextIsClean();
    }

    static Stream<Arguments> poisoned() {
        return brokenAnswers().filter(a -> !((String) a.get()[1]).isEmpty());
    }

    /** The connection stays open behind the broken answer, and another answer is already in it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("poisoned")
    void whatFollowsABrokenAnswerIsNobodysAnswer(String name, String bytes) {
        upstream.next(Script.bytes(bytes + POISON).silence());

        chat();

        assertNextIsClean();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectIsNotFollowed(int status) throws Exception {
        try (FakeUpstream elsewhere = FakeUpstream.start().otherwise(Script.json(200, whole("POISON")))) {
            upstream.next(Script.json(status, "{}", "location: http://127.0.0.1:" + elsewhere.port() + "/v1/x"));

            Answer answer = chat();

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.headers()).doesNotContainKey("location");
            assertThat(elsewhere.connections()).isZero();
        }
        assertNextIsClean();
    }

    /** An answer before the question: sent behind a whole one, while the connection is idle in the pool. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answerThatNobodyAskedForIsNobodysAnswer(boolean atOnce) {
        Script first = Script.json(200, whole("FIRST"));
        upstream.next((atOnce ? first : first.pause(Duration.ofMillis(50)))
                .write(POISON)
                .silence());

        Answer answer = chat();

        assertThat(answer.text()).contains("FIRST").doesNotContain("POISON");
        Await.until(() -> upstream.openConnections() == 0);
        assertNextIsClean();
    }
}
