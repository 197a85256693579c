package io.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.Strategy;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.ProviderLimits;
import io.sluice.message.SettleQuota;
import io.sluice.message.WrittenLate;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane before a scripted upstream: what quota is told of the provider's answers, and of requests that leave late. */
class LearningFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String BODY =
            "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";
    private static final String[] HEADERS = {
        "x-ratelimit-limit-requests: 50", "x-ratelimit-remaining-requests: 40", "x-ratelimit-reset-requests: 12s"
    };

    private final FakeUpstream upstream = FakeUpstream.start();
    private TestNode node;

    private void node(int port, Duration window) {
        LimitSet limits = new LimitSet(List.of(new Limit(Dimension.REQUESTS, 60, window)), 0);
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.port(port).account("a", limits).serves("m"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, SOON)
                        .build())
                .start();
    }

    @AfterEach
    void stop() {
        node.close();
        upstream.close();
    }

    private static String request(int padding) {
        String body =
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(padding) + "\"}]}";
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private int ask() {
        try (RawHttp client = RawHttp.clear(node.port())) {
            return client.send(request(10)).read(SOON, 1).last().status();
        }
    }

    @Test
    void tellsWhatASuccessSaysAFewTimesASecond() throws Exception {
        node(upstream.port(), Duration.ofMinutes(1));
        upstream.otherwise(Script.json(200, BODY, HEADERS));

        long began = System.nanoTime();
        for (int i = 0; i < 40; i++) {
            ask();
        }
        long quarters = Duration.ofNanos(System.nanoTime() - began).toMillis() / 250 + 1;

        ProviderLimits told = node.providerLimits().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(told.candidate().accountId()).isEqualTo("one/a");
        assertThat(told.observation().fullForNanos()).isZero();
        assertThat(told.observation().limits().get(Dimension.REQUESTS)).isEqualTo(50);
        assertThat(told.observation().remaining().get(Dimension.REQUESTS)).isEqualTo(40);
        assertThat(node.providerLimits().size()).isLessThan((int) quarters);
    }

    @ParameterizedTest
    @CsvSource({
        "retry-after: 7, 7000",
        "retry-after-ms: 300, 300",
        "retry-after: -1, 10000",
        "retry-after: 1e12, 3600000",
        "x-other: 1, 10000"
    })
    void tellsEveryRequestToSlowDown(String header, long millis) throws Exception {
        node(upstream.port(), Duration.ofMinutes(1));
        upstream.otherwise(Script.json(
                429,
                "{\"error\":{\"message\":\"Rate limit reached\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}",
                header));

        assertThat(ask()).isEqualTo(429);

        ProviderLimits told = node.providerLimits().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(Duration.ofNanos(told.observation().fullForNanos())).isEqualTo(Duration.ofMillis(millis));
        assertThat(told.observation().limits().isNone()).isTrue();
    }

    @Test
    void aRefusalWithoutATimeIsOverWhenItsLimitIsFullAgain() throws Exception {
        node(upstream.port(), Duration.ofMinutes(1));
        upstream.otherwise(Script.json(
                429,
                "{\"error\":{\"message\":\"no\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}",
                "x-ratelimit-limit-requests: 50",
                "x-ratelimit-remaining-requests: 0",
                "x-ratelimit-reset-requests: 42s"));

        ask();

        ProviderLimits told = node.providerLimits().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(Duration.ofNanos(told.observation().fullForNanos())).isEqualTo(Duration.ofSeconds(42));
        assertThat(told.observation().limits().get(Dimension.REQUESTS)).isEqualTo(50);
        assertThat(told.observation().remaining().get(Dimension.REQUESTS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "429 {\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
                "429 {\"error\":{\"message\":\"busy\",\"type\":\"engine_overloaded\",\"code\":\"engine_overloaded\"}}",
                "401 {\"error\":{\"message\":\"no\",\"code\":\"invalid_api_key\"}}",
                "503 {\"error\":{\"message\":\"down\"}}",
                "400 {\"error\":{\"message\":\"bad\"}}"
            })
    void whatIsNoRequestToSlowDownFillsNothing(String answer) throws Exception {
        node(upstream.port(), Duration.ofMinutes(1));
        upstream.otherwise(
                Script.json(Integer.parseInt(answer.substring(0, 3)), answer.substring(4), "retry-after: 7"));

        ask();

        assertThat(node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS))
                .isNotNull();
        assertThat(node.providerLimits()).isEmpty();
    }

    /** The provider takes nothing at first; its windows are a second long, so the request counts again every half. */
    @Test
    void aBodyThatIsLongOnItsWayIsChargedAgainUntilItHasLeft() throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            server.setReceiveBufferSize(8 * 1024);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            node(server.getLocalPort(), Duration.ofSeconds(1));
            try (RawHttp client = RawHttp.clear(node.port())) {
                client.send(request(20_000_000));
                try (Socket provider = server.accept()) {
                    WrittenLate first = node.lateWrites().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
                    WrittenLate second = node.lateWrites().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
                    discard(provider.getInputStream(), 20_000_000);
                    WrittenLate last = node.lateWrites().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);

                    assertThat(List.of(first, second, last)).allMatch(w -> w.reservation() == 1);
                    assertThat(Duration.ofNanos(second.atNanos() - first.atNanos()))
                            .isBetween(Duration.ofMillis(500), Duration.ofSeconds(2));
                    assertThat(last.atNanos()).isGreaterThan(second.atNanos());
                }
                assertThat(client.read(SOON, 1).last().status()).isEqualTo(502);
            }
            SettleQuota settled = node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
            assertThat(settled.sent()).isTrue();
            Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
            assertThat(node.lateWrites()).isEmpty();
        }
    }

    private static void discard(InputStream in, long bytes) throws IOException {
        byte[] piece = new byte[64 * 1024];
        for (long left = bytes; left > 0; ) {
            left -= in.read(piece);
        }
    }

    @Test
    void aRequestThatLeavesAtOnceIsChargedOnce() throws Exception {
        node(upstream.port(), Duration.ofSeconds(1));
        upstream.otherwise(
                Script.begin().pause(Duration.ofMillis(700)).write("HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n"));

        ask();

        assertThat(node.lateWrites()).isEmpty();
    }
}
