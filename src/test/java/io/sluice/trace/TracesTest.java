package io.sluice.trace;

import static io.sluice.testkit.OtlpReceiver.attribute;
import static io.sluice.testkit.OtlpReceiver.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.sluice.config.TracingConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.pool.Strategy;
import io.sluice.message.QuotaDecision;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Request;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.OtlpReceiver;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One lane of real verticles, whose traces go to a small collector. */
class TracesTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String KEY = "sk-CANARY-0123456789abcdef";
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final String CHUNK =
            "{\"id\":\"c\",\"model\":\"up-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"CANARY-answer\"},\"finish_reason\":null}]}";
    private static final String USAGE =
            "{\"id\":\"c\",\"model\":\"up-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";

    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong reservations = new AtomicLong();
    private FakeUpstream upstream;
    private OtlpReceiver collector;
    private @Nullable Tracing tracing;
    private @Nullable TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
        collector = OtlpReceiver.start();
    }

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
        if (tracing != null) {
            tracing.close();
        }
        collector.close();
        upstream.close();
    }

    private TestNode node(String endpoint, double sample, boolean propagate) {
        tracing = new Tracing(
                new TracingConfig(
                        endpoint,
                        Map.of("x-token", Secret.of("CANARY-token")),
                        sample,
                        propagate,
                        Duration.ofMillis(5),
                        Map.of("deployment.environment", "test")),
                "n1",
                "1.2.3",
                dropped::addAndGet);
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.port(upstream.port())
                                .accounts("a0", "a1")
                                .redirect("pub", "up-1"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 3, Duration.ofMinutes(1))
                        .build())
                .traces(tracing)
                // Longer than a machine that is busy with other tests needs to send.
                .quota(request -> new QuotaDecision.Granted(
                        reservations.incrementAndGet(), 0, System.nanoTime() + SOON.toNanos(), null, 0));
        return node;
    }

    private static Script stream() {
        return Script.events().event(CHUNK).event(USAGE).event("[DONE]").lastChunk();
    }

    private void chat(String headers) {
        String body =
                "{\"model\":\"pub\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"CANARY-prompt\"}]}";
        String request = "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: application/json\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n"
                + body;
        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(request).read(SOON, 1);
        }
    }

    private Span span(String name) {
        Await.until(() -> collector.named(name).isPresent());
        return collector.named(name).orElseThrow();
    }

    @Test
    void aRequestIsOneTraceWithWhatWasDoneForIt() {
        node(collector.endpoint(), 1, false).start();
        upstream.next(stream());

        chat("");

        Span root = span("chat pub");
        Span attempt = span("chat up-1");
        assertThat(root.getKind()).isEqualTo(SpanKind.SPAN_KIND_SERVER);
        assertThat(root.getParentSpanId().isEmpty()).isTrue();
        assertThat(attribute(root, "gen_ai.operation.name")).isEqualTo("chat");
        assertThat(attribute(root, "gen_ai.request.model")).isEqualTo("pub");
        assertThat(attribute(root, "gen_ai.response.model")).isEqualTo("up-1");
        assertThat(attribute(root, "gen_ai.usage.input_tokens")).isEqualTo("9");
        assertThat(attribute(root, "gen_ai.usage.output_tokens")).isEqualTo("2");
        assertThat(attribute(root, "http.response.status_code")).isEqualTo("200");
        assertThat(attribute(root, "sluice.key")).isEqualTo("app");
        assertThat(attempt.getKind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
        assertThat(attribute(attempt, "gen_ai.provider.name")).isEqualTo("openai");
        assertThat(attribute(attempt, "sluice.account")).isEqualTo("a0");
        assertThat(span("plan").getParentSpanId()).isEqualTo(root.getSpanId());
        assertThat(span("reserve").getParentSpanId()).isEqualTo(root.getSpanId());
        assertThat(attempt.getParentSpanId()).isEqualTo(root.getSpanId());
        assertThat(span("stream").getParentSpanId()).isEqualTo(attempt.getSpanId());
        assertThat(collector.spans()).hasSize(5).allSatisfy(span -> {
            assertThat(span.getTraceId()).isEqualTo(root.getTraceId());
            assertThat(span.getStartTimeUnixNano()).isGreaterThanOrEqualTo(root.getStartTimeUnixNano());
            assertThat(span.getEndTimeUnixNano()).isBetween(span.getStartTimeUnixNano(), root.getEndTimeUnixNano());
        });
        assertThat(collector.resource())
                .containsEntry("service.name", "sluice")
                .containsEntry("service.instance.id", "n1")
                .containsEntry("deployment.environment", "test");
        assertThat(collector.headers()).containsEntry("x-token", "CANARY-token");
        assertThat(collector.everything()).doesNotContain("CANARY");
    }

    @Test
    void aFailedAttemptAndTheNextOneAreBothSeen() {
        node(collector.endpoint(), 1, false).start();
        upstream.next(Script.json(500, "{\"error\":{\"message\":\"CANARY-error\"}}"), stream());

        chat("");

        span("chat pub");
        assertThat(collector.spans().stream().filter(span -> span.getName().equals("chat up-1")))
                .hasSize(2)
                .anySatisfy(failed -> {
                    assertThat(attribute(failed, "error.type")).isEqualTo("server_error");
                    assertThat(failed.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
                })
                .anySatisfy(good -> assertThat(attribute(good, "error.type")).isEmpty());
        assertThat(collector.everything()).doesNotContain("CANARY");
    }

    @Test
    void aRefusalIsAnErrorAndTheWaitIsSeen() {
        node(collector.endpoint(), 1, false)
                .quota(request -> new QuotaDecision.Denied(
                        new QuotaExceeded(QuotaExceeded.Cause.POOL, "full", Duration.ofSeconds(1)), null, 250_000_000))
                .start();

        chat("");

        Span root = span("chat pub");
        assertThat(attribute(root, "error.type")).isEqualTo("pool_exhausted");
        assertThat(root.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        Span wait = span("wait");
        assertThat(wait.getParentSpanId()).isEqualTo(span("reserve").getSpanId());
        assertThat(wait.getEndTimeUnixNano() - wait.getStartTimeUnixNano()).isEqualTo(250_000_000);
    }

    @Test
    void goesOnFromTheClientsTraceAndTellsNobodyUnlessItShould() throws InterruptedException {
        node(collector.endpoint(), 0, false).start();
        upstream.next(stream());

        chat("traceparent: 00-" + TRACE + "-" + PARENT + "-01\r\ntracestate: v=1\r\nbaggage: secret=CANARY\r\n");

        Span root = span("chat pub");
        assertThat(hex(root.getTraceId())).isEqualTo(TRACE);
        assertThat(hex(root.getParentSpanId())).isEqualTo(PARENT);
        Request asked = upstream.take(SOON);
        assertThat(asked.header("traceparent")).isEmpty();
        assertThat(asked.header("tracestate")).isEmpty();
        assertThat(asked.header("baggage")).isEmpty();
    }

    @Test
    void providersAreToldWhenThatIsConfiguredButNeverTheBaggage() throws InterruptedException {
        node(collector.endpoint(), 0, true).start();
        upstream.next(stream());

        chat("traceparent: 00-" + TRACE + "-" + PARENT + "-01\r\ntracestate: v=1\r\nbaggage: secret=CANARY\r\n");

        Span attempt = span("chat up-1");
        Request asked = upstream.take(SOON);
        assertThat(asked.header("traceparent")).containsExactly("00-" + TRACE + "-" + hex(attempt.getSpanId()) + "-01");
        assertThat(asked.header("tracestate")).containsExactly("v=1");
        assertThat(asked.header("baggage")).isEmpty();
    }

    @Test
    void whatIsNotSampledIsNotSentNorIsAWrongParentTrusted() throws InterruptedException {
        node(collector.endpoint(), 0, false).start();
        upstream.next(stream(), stream(), stream());

        chat("");
        chat("traceparent: 00-" + TRACE + "-" + PARENT + "-00\r\n");
        chat("traceparent: 00-zz-" + PARENT + "-01\r\n");
        for (int i = 0; i < 3; i++) {
            assertThat(node.records().poll(SOON.toSeconds(), TimeUnit.SECONDS)).isNotNull();
        }

        tracing.close();
        assertThat(collector.spans()).isEmpty();
        assertThat(dropped).hasValue(0);
    }

    @Test
    void aCollectorThatIsAwayCostsSpansAndNoRequest() throws InterruptedException {
        node("http://127.0.0.1:" + FreePort.next() + "/v1/traces", 1, false).start();
        upstream.next(stream());

        chat("");

        assertThat(node.records().poll(SOON.toSeconds(), TimeUnit.SECONDS)).isNotNull();
        Await.until(() -> dropped.get() == 5);
    }

    @Test
    void aCollectorThatRefusesIsCountedAndAskedAgainWithTheNext() {
        node(collector.endpoint(), 1, false).start();
        collector.answers(503);
        upstream.next(stream(), stream());
        chat("");
        Await.until(() -> dropped.get() == 5);

        collector.answers(200);
        chat("");

        span("chat pub");
    }
}
