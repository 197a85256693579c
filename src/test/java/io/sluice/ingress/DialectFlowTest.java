package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.quota.Estimate;
import io.sluice.message.KeyLimits;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.message.UsageRecord;
import io.sluice.testkit.Await;
import io.sluice.testkit.Bounds;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RawHttp.Conversation;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges of clients of every dialect: what the edge adds to them, whoever made the answer. */
class DialectFlowTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String CHUNK =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}";
    private static final QuotaExceeded FULL =
            new QuotaExceeded(QuotaExceeded.Cause.POOL, "All accounts are full.", Duration.ofMillis(2_500));

    private FakeUpstream upstream;
    private TestNode node;

    /** How a client of each dialect asks for a stream. */
    private enum Client {
        OPENAI(
                "/v1/chat/completions",
                "\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]"),
        RESPONSES("/v1/responses", "\"model\":\"m\",\"stream\":true,\"input\":\"x\""),
        ANTHROPIC(
                "/v1/messages",
                "\"model\":\"m\",\"stream\":true,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]"),
        GEMINI(
                "/v1beta/models/m:streamGenerateContent?alt=sse",
                "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}]"),
        GEMINI_ARRAY(
                "/v1beta/models/m:streamGenerateContent",
                "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}]");

        private final String target;
        private final String body;

        Client(String target, String fields) {
            this.target = target;
            this.body = "{" + fields + "}";
        }

        private String request() {
            return request(target);
        }

        private String request(String where) {
            return "POST " + where + " HTTP/1.1\r\nHost: h\r\nx-api-key: " + KEY
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        }
    }

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        Await.until(() -> node.meter("sluice.streams.open") == 0);
        node.close();
        upstream.close();
    }

    private GatewayRevision revision(ProviderType type) {
        return new RevisionBuilder()
                .channel("c", c -> c.type(type).port(upstream.port()).serves("m"))
                .key("app", KEY)
                .build();
    }

    private TestNode node(ProviderType type) {
        return TestNode.of(revision(type));
    }

    private Conversation send(String request) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(request).read(SOON, 1);
        }
    }

    /** A client that sees nothing of a broken stream would take it for whole. */
    @ParameterizedTest
    @EnumSource(Client.class)
    void aStreamThatBreaksSaysSoInItsDialectAndEndsWithoutAnEnd(Client client) throws Exception {
        node = node(ProviderType.OPENAI).start();
        upstream.otherwise(
                Script.events().event(CHUNK).pause(Duration.ofMillis(100)).reset());

        Answer answer = send(client.request()).last();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.whole()).isFalse();
        String text = answer.text();
        switch (client) {
            case OPENAI ->
                assertThat(text).contains("data: {\"error\":{\"message\":").doesNotContain("[DONE]");
            case RESPONSES ->
                assertThat(text).contains("event: error\ndata: {\"type\":\"error\",\"code\":\"upstream_error\"");
            case ANTHROPIC ->
                assertThat(text)
                        .contains("\n\nevent: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\"")
                        .contains("\"request_id\":\"" + answer.header("request-id") + "\"")
                        .doesNotContain("message_stop");
            case GEMINI ->
                assertThat(text).contains("data: {\"error\":{\"code\":502,").endsWith("}\r\n\r\n");
            case GEMINI_ARRAY ->
                assertThat(text).contains(",\r\n{\"error\":{\"code\":502,").endsWith("}\n]");
        }
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).isNotNull();
        assertThat(usage.outcome().ending()).isEqualTo(UsageRecord.Ending.CUT);
        assertThat(usage.outcome().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI, ': ping\\n\\n'",
        "RESPONSES, ': ping\\n\\n'",
        "ANTHROPIC, 'event: ping\\ndata: {\"type\":\"ping\"}\\n\\n'",
        "GEMINI, '\\r\\n\\r\\n'"
    })
    void aSilentStreamIsPinged(Client client, String ping) {
        node = node(ProviderType.OPENAI)
                .bounds(Bounds.defaults().ping(Duration.ofMillis(50)).build())
                .start();
        upstream.otherwise(
                Script.events().event(CHUNK).pause(Duration.ofMillis(700)).reset());

        String text = send(client.request()).last().text();

        String expected = ping.replace("\\n", "\n").replace("\\r", "\r");
        // More than one: silence goes on after a ping.
        assertThat(text).contains(expected + expected);
        assertThat(text.indexOf(expected + expected)).isGreaterThan(0).isLessThan(text.lastIndexOf("error"));
    }

    @Test
    void aStreamThatSpeaksIsNotPinged() {
        node = node(ProviderType.OPENAI)
                .bounds(Bounds.defaults().ping(Duration.ofSeconds(1)).build())
                .start();
        Script script = Script.events();
        for (int i = 0; i < 15; i++) {
            script = script.event(CHUNK).pause(Duration.ofMillis(100));
        }
        upstream.otherwise(script.reset());

        assertThat(send(Client.ANTHROPIC.request()).last().text()).doesNotContain("event: ping");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: {\"choices\":[],\n", "data: {\"cho", "event: x\ndata: {}\n", ": comment\n"})
    void noPingStandsInsideAnEvent(String beginning) {
        node = node(ProviderType.OPENAI)
                .bounds(Bounds.defaults().ping(Duration.ofMillis(50)).build())
                .start();
        // An event over what is held flows through as it comes, and stands open.
        String open = "data: {\"x\":\"" + "x".repeat(80_000);
        String bytes = beginning.startsWith("data: {\"cho") ? open : open + "\"}\n" + beginning;
        upstream.otherwise(Script.events()
                .write(Integer.toHexString(bytes.length()) + "\r\n" + bytes + "\r\n")
                .pause(Duration.ofMillis(500))
                .reset());

        String text = send(Client.OPENAI.request()).last().text();

        assertThat(text).startsWith("data: {\"x\":").doesNotContain(": ping").contains("\n\ndata: {\"error\"");
    }

    @Test
    void noPingComesBeforeTheFirstByteOrIntoAWholeAnswer() {
        node = node(ProviderType.OPENAI)
                .bounds(Bounds.defaults().ping(Duration.ofMillis(50)).build())
                .start();
        String body = "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,"
                + "\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}";
        String head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n";
        upstream.otherwise(Script.begin()
                .pause(Duration.ofMillis(200))
                .write(head + body.substring(0, 60))
                .pause(Duration.ofMillis(200))
                .write(body.substring(60, 90))
                .pause(Duration.ofMillis(200))
                .write(body.substring(90)));

        Answer answer = send(Client.OPENAI.request().replace("\"stream\":true", "\"stream\":null"))
                .last();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(body);
    }

    private static final KeyLimits LIMITS = new KeyLimits(100, 41, 12_500, 5_000, 7, 850);

    @Test
    void limitsOfTheKeyAreToldInTheDialect() throws Exception {
        node = node(ProviderType.OPENAI)
                .quota(question -> new QuotaDecision.Denied(FULL, LIMITS, 0))
                .start();

        Instant before = Instant.now();
        Answer anthropic = send(Client.ANTHROPIC.request()).last();
        Answer gemini = send(Client.GEMINI.request()).last();
        Answer responses = send(Client.RESPONSES.request()).last();

        assertThat(anthropic.header("anthropic-ratelimit-requests-limit")).isEqualTo("100");
        assertThat(anthropic.header("anthropic-ratelimit-requests-remaining")).isEqualTo("41");
        assertThat(anthropic.header("anthropic-ratelimit-tokens-limit")).isEqualTo("5000");
        assertThat(anthropic.header("anthropic-ratelimit-tokens-remaining")).isEqualTo("7");
        Instant reset = Instant.parse(anthropic.header("anthropic-ratelimit-requests-reset"));
        assertThat(reset).isBetween(before.plusSeconds(5), Instant.now().plusSeconds(14));
        assertThat(anthropic.header("anthropic-ratelimit-requests-reset")).matches("....-..-..T..:..:..Z");
        assertThat(anthropic.headers().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
        assertThat(responses.header("x-ratelimit-limit-requests")).isEqualTo("100");
        assertThat(gemini.header("x-ratelimit-reset-requests")).isEqualTo("12.500s");
    }

    @Test
    void aRefusalSaysWhenToComeBack() throws Exception {
        node = node(ProviderType.OPENAI)
                .quota(question -> new QuotaDecision.Denied(FULL, null, 0))
                .start();

        Answer anthropic = send(Client.ANTHROPIC.request()).last();
        Answer gemini = send(Client.GEMINI.request()).last();
        Answer array = send(Client.GEMINI_ARRAY.request()).last();

        assertThat(anthropic.status()).isEqualTo(429);
        assertThat(anthropic.header("retry-after")).isEqualTo("3");
        assertThat(JSON.readTree(anthropic.body()).at("/error/type").textValue())
                .isEqualTo("rate_limit_error");
        assertThat(gemini.status()).isEqualTo(429);
        JsonNode error = JSON.readTree(gemini.body()).get("error");
        assertThat(error.get("status").textValue()).isEqualTo("RESOURCE_EXHAUSTED");
        assertThat(error.toString()).contains("\"retryDelay\":\"2.500s\"");
        assertThat(JSON.readTree(array.body()).at("/0/error/code").intValue()).isEqualTo(429);
    }

    @Test
    void theRecordHasTheStatusThatTheClientSaw() throws Exception {
        node = node(ProviderType.OPENAI)
                .quota(question -> new QuotaDecision.Denied(new GatewayFailure.Overloaded("full"), null, 0))
                .start();

        assertThat(send(Client.ANTHROPIC.request()).last().status()).isEqualTo(529);
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).isNotNull();
        assertThat(usage.outcome().status()).isEqualTo(529);
        assertThat(usage.asked().endpoint()).isEqualTo(Endpoint.MESSAGES);
    }

    /** A count is a request as others are, and takes no tokens. */
    @ParameterizedTest
    @CsvSource({
        "ANTHROPIC, ANTHROPIC, /v1/messages/count_tokens",
        "ANTHROPIC, GEMINI, /v1/messages/count_tokens",
        "GEMINI, GEMINI, /v1beta/models/m:countTokens",
        "GEMINI, ANTHROPIC, /v1beta/models/m:countTokens"
    })
    void tokensAreCountedByAProviderThatCan(Client client, ProviderType type, String path) throws Exception {
        BlockingQueue<ReserveQuota> questions = new LinkedBlockingQueue<>();
        node = node(type)
                .quota(question -> {
                    questions.add(question);
                    return new QuotaDecision.Denied(FULL, null, 0);
                })
                .start();

        Answer answer = send(client.request(path)).last();

        assertThat(answer.status()).isEqualTo(429);
        assertThat(questions).hasSize(1);
        assertThat(questions.element().estimate()).isEqualTo(Estimate.NONE);
        assertThat(node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "ANTHROPIC, OPENAI, /v1/messages/count_tokens, input_tokens",
        "GEMINI, BEDROCK, /v1beta/models/m:countTokens, totalTokens"
    })
    void tokensAreEstimatedWhereTheProviderCountsNothing(Client client, ProviderType type, String path, String field)
            throws Exception {
        node = node(type).start();

        Answer answer = send(client.request(path)).last();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-sluice-estimated")).isEqualTo("tokens");
        assertThat(JSON.readTree(answer.body()).path(field).asLong()).isPositive();
        assertThat(node.reservations()).isZero();
    }

    /** Three around the message, one of the message, three before the answer. */
    @ParameterizedTest
    @CsvSource({
        "ANTHROPIC, /v1/messages/count_tokens, input_tokens",
        "GEMINI, /v1beta/models/gpt-4o:countTokens, totalTokens"
    })
    void tokensOfOpenAisModelsAreCounted(Client client, String path, String field) throws Exception {
        GatewayRevision revision = new RevisionBuilder()
                .channel("c", c -> c.port(upstream.port()).serves("gpt-4o"))
                .key("app", KEY)
                .build();
        node = TestNode.of(revision).start();

        Answer answer = send(client.request(path)
                        .replace("\"model\":\"m\"", "\"model\":\"gpt-4o\"")
                        .replaceFirst("Content-Length: [0-9]+", "Content-Length: " + lengthFor(client)))
                .last();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-sluice-estimated")).isEqualTo("tokens; vocabulary=o200k_base");
        assertThat(JSON.readTree(answer.body()).path(field).asLong()).isEqualTo(7);
        assertThat(node.reservations()).isZero();
    }

    private static int lengthFor(Client client) {
        return client.body.replace("\"model\":\"m\"", "\"model\":\"gpt-4o\"").length();
    }

    @Test
    void aKeyInTheQueryStaysHere() throws Exception {
        node = node(ProviderType.OPENAI).start();
        String request =
                Client.GEMINI.request(Client.GEMINI.target + "&key=" + KEY).replace("x-api-key: " + KEY + "\r\n", "");
        upstream.otherwise(Script.json(400, "{\"error\":{\"message\":\"no\"}}"));

        assertThat(send(request).last().status()).isNotEqualTo(401);
        assertThat(upstream.untaken() == 0 ? "" : upstream.take(SOON).head()).doesNotContain(KEY);
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(String.valueOf(usage)).doesNotContain(KEY);
    }
}
