package io.sluice.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.vertx.core.MultiMap;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiErrorsTest {
    private static UpstreamFailure classify(int status, String body, String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return OpenAiErrors.classify(status, headers, body.getBytes(UTF_8));
    }

    private static String error(String type, String code) {
        return "{\"error\":{\"message\":\"m\",\"type\":\"" + type + "\",\"param\":null,\"code\":\"" + code + "\"}}";
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, context_length_exceeded, REQUEST_REJECTED",
        "401, invalid_request_error, invalid_api_key, ACCOUNT_REFUSED",
        "402, insufficient_quota, x, ACCOUNT_REFUSED",
        "403, x, unsupported_country_region_territory, ACCOUNT_REFUSED",
        "403, x, model_not_found, MODEL_MISSING",
        "404, invalid_request_error, model_not_found, MODEL_MISSING",
        "404, x, DeploymentNotFound, MODEL_MISSING",
        "408, x, x, SERVER_ERROR",
        "409, x, x, SERVER_ERROR",
        "413, x, x, REQUEST_REJECTED",
        "422, x, x, REQUEST_REJECTED",
        "424, x, x, SERVER_ERROR",
        "425, x, x, SERVER_ERROR",
        "429, requests, rate_limit_exceeded, RATE_LIMITED",
        "429, tokens, x, RATE_LIMITED",
        "429, insufficient_quota, insufficient_quota, ACCOUNT_REFUSED",
        "429, insufficient_quota, x, ACCOUNT_REFUSED",
        "429, x, billing_not_active, ACCOUNT_REFUSED",
        "500, server_error, x, SERVER_ERROR",
        "502, x, x, SERVER_ERROR",
        "503, x, x, SERVER_ERROR",
        "529, x, x, SERVER_ERROR",
        "599, x, x, SERVER_ERROR",
        "302, x, x, BAD_RESPONSE",
        "304, x, x, BAD_RESPONSE",
        "204, x, x, BAD_RESPONSE"
    })
    void statusAndCodeSayWhoseFaultItIs(int status, String type, String code, Kind expected) {
        assertThat(classify(status, error(type, code)).kind()).isEqualTo(expected);
    }

    @Test
    void everyStatusHasAKind() {
        for (int status = 200; status <= 599; status++) {
            assertThat(classify(status, "").status()).isEqualTo(status);
            assertThat(classify(status, "").message()).isNotEmpty();
        }
    }

    @Test
    void rejectedRequestKeepsWhatTheClientCanMend() {
        UpstreamFailure failure = classify(
                400,
                "{\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\",\"param\":\"messages\","
                        + "\"code\":\"context_length_exceeded\"}}");

        assertThat(failure)
                .isEqualTo(new UpstreamFailure(
                        Kind.REQUEST_REJECTED,
                        400,
                        "too long",
                        "invalid_request_error",
                        "messages",
                        "context_length_exceeded",
                        Duration.ZERO));
    }

    @Test
    void waitIsReadWhereSomebodyIsToWait() {
        assertThat(classify(429, "{}", "Retry-After", "7").retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(classify(503, "{}", "Retry-After", "7").retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(classify(400, "{}", "Retry-After", "7").retryAfter()).isZero();
        assertThat(classify(429, "{\"error\":{\"message\":\"Please try again in 850ms.\"}}")
                        .retryAfter())
                .isEqualTo(Duration.ofMillis(850));
    }

    @Test
    void credentialInAMessageIsMasked() {
        String key = "sk-proj-CANARY0123456789abcdefghijklmnopqrstuv";

        assertThat(classify(401, "{\"error\":{\"message\":\"Incorrect API key provided: " + key + ".\"}}")
                        .message())
                .doesNotContain("CANARY");
    }
}
