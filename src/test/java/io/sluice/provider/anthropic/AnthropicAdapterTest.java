package io.sluice.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.lease.Units;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.sse.JsonTap;
import io.sluice.domain.sse.SseTap;
import io.sluice.provider.UpstreamRequest;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.RevisionBuilder.ChannelBuilder;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AnthropicAdapterTest {
    private static final AnthropicAdapter ADAPTER = new AnthropicAdapter();
    private static final String BODY =
            "{ \"model\":\"m\", \"stream\":true,\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}] }";

    private static Candidate candidate(UnaryOperator<ChannelBuilder> how) {
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> how.apply(c.type(ProviderType.ANTHROPIC)))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
    }

    private static UpstreamRequest encode(Endpoint endpoint, String body, UnaryOperator<ChannelBuilder> how) {
        Candidate candidate = candidate(how);
        return ADAPTER.encode(
                candidate,
                RequestScanner.scan(body.getBytes(UTF_8), endpoint, 64),
                new AnswerTarget("id", candidate.model(), false, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "'', MESSAGES, /v1/messages",
        "/v1, MESSAGES, /v1/messages",
        "/v1, COUNT_MESSAGE_TOKENS, /v1/messages/count_tokens",
        "/api/anthropic/v1, MESSAGES, /api/anthropic/v1/messages",
    })
    void hasTheEndpointBelowTheBase(String base, Endpoint endpoint, String uri) {
        UpstreamRequest request = encode(endpoint, BODY, c -> c.url(new BaseUrl(true, "a.example", 443, base))
                .serves("m"));

        assertThat(request.uri()).isEqualTo(uri);
        assertThat(request.headers()).isEqualTo(Map.of("x-api-key", "CANARY-c-a", "anthropic-version", "2023-06-01"));
        assertThat(request.lost()).isEmpty();
    }

    @Test
    void passesTheClientsVersionAndBetasWithItsOwnDialect() {
        RequestHead head = RequestHead.anthropic("2026-10-21", "one-2026-01-01,two-2026-02-02");
        Candidate candidate = candidate(c -> c.serves("m"));
        AnswerTarget target = new AnswerTarget("id", "m", false, 0);

        UpstreamRequest passed = ADAPTER.encode(
                candidate, RequestScanner.scan(BODY.getBytes(UTF_8), Endpoint.MESSAGES, head, 64), target);
        UpstreamRequest translated = ADAPTER.encode(
                candidate, RequestScanner.scan(BODY.getBytes(UTF_8), Endpoint.CHAT_COMPLETIONS, head, 64), target);

        assertThat(passed.uri()).endsWith("/messages?beta=true");
        assertThat(passed.headers())
                .containsEntry("anthropic-version", "2026-10-21")
                .containsEntry("anthropic-beta", "one-2026-01-01,two-2026-02-02");
        assertThat(translated.uri()).endsWith("/messages");
        assertThat(translated.headers())
                .containsEntry("anthropic-version", "2023-06-01")
                .doesNotContainKey("anthropic-beta");
    }

    /** OpenAI's wish for usage has no place here. */
    @Test
    void passesItsOwnDialectAsItCame() {
        UpstreamRequest same = encode(Endpoint.MESSAGES, BODY, c -> c.serves("m"));
        UpstreamRequest whole = encode(Endpoint.MESSAGES, BODY.replace("true", "false"), c -> c.serves("m"));
        UpstreamRequest renamed = encode(Endpoint.MESSAGES, BODY, c -> c.redirect("m", "claude-x"));
        UpstreamRequest ruled = encode(Endpoint.MESSAGES, BODY, c -> c.serves("m")
                .parameters(new ParameterRules(Map.of("top_k", "5"), List.of("max_tokens"))));

        assertThat(new String(same.body(), UTF_8)).isEqualTo(BODY);
        assertThat(new String(renamed.body(), UTF_8)).isEqualTo(BODY.replace("\"m\"", "\"claude-x\""));
        assertThat(new String(ruled.body(), UTF_8)).contains("\"top_k\":5").doesNotContain("max_tokens");
        assertThat(same.answer().tap("text/event-stream")).isInstanceOf(SseTap.class);
        assertThat(whole.answer().tap("application/json")).isInstanceOf(JsonTap.class);
        assertThat(same.answer().tap("text/html")).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETIONS", "EMBEDDINGS"})
    void hasNothingLikeOtherEndpoints(Endpoint endpoint) {
        String body = "{\"model\":\"m\",\"" + endpoint.inputField() + "\":\"x\"}";

        assertThatThrownBy(() -> encode(endpoint, body, c -> c.serves("m")))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(((UpstreamFailure) e.failure()).kind())
                        .isEqualTo(Kind.INEXPRESSIBLE));
    }

    private static Candidate limited(Dimension dimension, Duration window) {
        return candidate(
                c -> c.serves("m").account("a", new LimitSet(List.of(new Limit(dimension, 1_000_000, window)), 0)));
    }

    private static MultiMap headers(String name, String limit, String remaining, @Nullable String reset) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("date", "Tue, 27 Jan 2026 12:00:00 GMT")
                .add("anthropic-ratelimit-" + name + "-limit", limit)
                .add("anthropic-ratelimit-" + name + "-remaining", remaining);
        return reset == null ? headers : headers.add("anthropic-ratelimit-" + name + "-reset", reset);
    }

    @ParameterizedTest
    @CsvSource({
        "requests, REQUESTS",
        "input-tokens, INPUT_TOKENS",
        "output-tokens, OUTPUT_TOKENS",
    })
    void learnsLimits(String name, Dimension dimension) {
        Observation seen = ADAPTER.observe(
                limited(dimension, Duration.ofMinutes(1)), headers(name, "4000", "3999", "2026-01-27T12:00:30Z"));

        long[] limits = new long[Units.DIMENSIONS];
        limits[dimension.ordinal()] = 4000;
        long[] remaining = new long[Units.DIMENSIONS];
        remaining[dimension.ordinal()] = 3999;
        assertThat(seen).isEqualTo(new Observation(0, Units.of(limits), Units.of(remaining)));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "requests, 0, 0, -",
                "requests, -1, 5, -",
                "requests, many, 5, -",
                "requests, 5, -, -",
                "requests, 99999999999999999999, 5, -",
                "tokens, 100, 5, 2026-01-27T12:00:30Z",
                "requests, 100, 5, 2026-01-28T00:00:00Z",
            })
    void believesNoNonsense(String name, String limit, @Nullable String remaining, @Nullable String reset) {
        MultiMap headers = headers(name, limit, remaining == null ? "" : remaining, reset);

        assertThat(ADAPTER.observe(limited(Dimension.REQUESTS, Duration.ofMinutes(1)), headers))
                .isNull();
    }

    @Test
    void believesLimitsOfTheMinuteOnly() {
        MultiMap headers = headers("requests", "100", "5", null);

        assertThat(ADAPTER.observe(limited(Dimension.REQUESTS, Duration.ofHours(1)), headers))
                .isNull();
        assertThat(ADAPTER.observe(limited(Dimension.TOKENS, Duration.ofMinutes(1)), headers))
                .isNull();
        assertThat(ADAPTER.observe(limited(Dimension.REQUESTS, Duration.ofMinutes(1)), headers))
                .isNotNull();
    }
}
