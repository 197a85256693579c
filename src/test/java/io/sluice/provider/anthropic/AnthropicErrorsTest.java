package io.sluice.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicErrorsTest {
    private static UpstreamFailure classify(int status, String body, String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return AnthropicErrors.classify(status, headers, body.getBytes(UTF_8), Instant.parse("2026-01-27T12:00:00Z"));
    }

    private static String error(String type, String message) {
        return "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message
                + "\"},\"request_id\":\"req_1\"}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | invalid_request_error | messages.0: bad | REQUEST_REJECTED",
                "400 | invalid_request_error | prompt is too long: 210000 tokens > 200000 maximum | REQUEST_REJECTED",
                "400 | invalid_request_error | Your credit balance is too low to access the Anthropic API. | ACCOUNT_REFUSED",
                "400 | invalid_request_error | You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC. | ACCOUNT_REFUSED",
                "400 | invalid_request_error | This organization has been disabled. | ACCOUNT_REFUSED",
                "401 | authentication_error | invalid x-api-key | ACCOUNT_REFUSED",
                "402 | billing_error | pay | ACCOUNT_REFUSED",
                "403 | permission_error | This organization has been disabled. | ACCOUNT_REFUSED",
                "403 | forbidden | Request not allowed | ACCOUNT_REFUSED",
                "403 | permission_error | Your API key does not have permission to use the specified resource. | MODEL_MISSING",
                "403 | permission_error | no such beta for you | REQUEST_REJECTED",
                "404 | not_found_error | model: claude-9 | MODEL_MISSING",
                "404 | not_found_error | Not found | MODEL_MISSING",
                "404 | not_found_error | File file_1 was not found | REQUEST_REJECTED",
                "408 | x | x | SERVER_ERROR",
                "409 | conflict_error | x | SERVER_ERROR",
                "413 | request_too_large | x | REQUEST_REJECTED",
                "422 | x | x | REQUEST_REJECTED",
                "429 | rate_limit_error | This request would exceed your organization's rate limit of 30,000 input tokens per minute | RATE_LIMITED",
                "429 | overloaded_error | Overloaded | SERVER_ERROR",
                "500 | api_error | x | SERVER_ERROR",
                "504 | timeout_error | x | SERVER_ERROR",
                "529 | overloaded_error | Overloaded | SERVER_ERROR",
                "302 | x | x | BAD_RESPONSE"
            })
    void knowsEachError(int status, String type, String message, Kind kind) {
        UpstreamFailure failure = classify(status, error(type, message));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.type()).isEqualTo(type);
    }

    @Test
    void knowsASpentMonth() {
        String body = "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"x\","
                + "\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}}}";

        assertThat(classify(429, body).kind()).isEqualTo(Kind.ACCOUNT_REFUSED);
    }

    @ParameterizedTest
    @CsvSource({
        "400, REQUEST_REJECTED",
        "404, MODEL_MISSING",
        "413, REQUEST_REJECTED",
        "429, RATE_LIMITED",
        "502, SERVER_ERROR"
    })
    void readsPagesOfProxies(int status, Kind kind) {
        assertThat(classify(status, "<html><body>Nothing here</body></html>").kind())
                .isEqualTo(kind);
        assertThat(classify(status, "").kind()).isEqualTo(kind);
    }

    @Test
    void waitsAsLongAsItIsTold() {
        String body = error("rate_limit_error", "slow");
        assertThat(classify(429, body, "retry-after", "7").retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(classify(529, error("overloaded_error", "x"), "retry-after", "3")
                        .retryAfter())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(classify(400, error("x", "x"), "retry-after", "3").retryAfter())
                .isZero();
        String[] spent = {
            "date", "Tue, 27 Jan 2026 12:00:00 GMT",
            "anthropic-ratelimit-requests-remaining", "5",
            "anthropic-ratelimit-requests-reset", "2026-01-27T12:00:50Z",
            "anthropic-ratelimit-input-tokens-remaining", "0",
            "anthropic-ratelimit-input-tokens-reset", "2026-01-27T12:00:30Z"
        };
        assertThat(classify(429, body, spent).retryAfter()).isEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "2026-01-27T12:00:30",
                "9999999999",
                "+999999999-12-31T23:59:59Z",
                "2025-01-01T00:00:00Z"
            })
    void waitsNotForNonsense(String reset) {
        UpstreamFailure failure = classify(
                429,
                error("rate_limit_error", "slow"),
                "date",
                "Tue, 27 Jan 2026 12:00:00 GMT",
                "anthropic-ratelimit-input-tokens-remaining",
                "0",
                "anthropic-ratelimit-input-tokens-reset",
                reset);

        assertThat(failure.retryAfter()).isBetween(Duration.ZERO, Duration.ofDays(1));
    }
}
