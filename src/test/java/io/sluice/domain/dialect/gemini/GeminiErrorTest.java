package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiErrorTest {
    private static final String QUOTA = """
            {"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. \
            \\n* Quota exceeded for metric: generativelanguage.googleapis.com/x, limit: %s, model: gemini-2.5-flash\\nPlease retry in 45.8s.",
             "status":"RESOURCE_EXHAUSTED","details":[
              {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"%s","quotaValue":"%s"}]},
              {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"45.837906927s"}]}}""";

    private static GeminiError read(int status, String body) {
        return GeminiError.read(status, body.getBytes(UTF_8));
    }

    private static String quota(String id, String value) {
        return QUOTA.formatted(value, id, value);
    }

    /** Traps 1 and 2: the sentence about billing is said of a minute's limit. */
    @Test
    void limitOfAMinuteNamesItsEnd() {
        GeminiError error = read(429, quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "20"));

        assertThat(error.failure().kind()).isEqualTo(Kind.RATE_LIMITED);
        assertThat(error.failure().retryAfter()).isEqualTo(Duration.ofNanos(45_837_907_000L));
        assertThat(error.failure().type()).isEqualTo("RESOURCE_EXHAUSTED");
        assertThat(error.daily()).isFalse();
    }

    @Test
    void limitOfADayIsKnown() {
        GeminiError error = read(429, quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20"));

        assertThat(error.failure().kind()).isEqualTo(Kind.RATE_LIMITED);
        assertThat(error.daily()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GenerateRequestsPerDayPerProjectPerModel-FreeTier", "GenerateRequestsPerMinutePerProject"})
    void limitOfZeroIsAMissingModel(String id) {
        assertThat(read(429, quota(id, "0")).failure().kind()).isEqualTo(Kind.MODEL_MISSING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | RESOURCE_EXHAUSTED | Resource has been exhausted (e.g. check quota). | | RATE_LIMITED",
                "429 | RESOURCE_EXHAUSTED | Resource exhausted, please try again later. | | SERVER_ERROR",
                "400 | INVALID_ARGUMENT | API key not valid. Please pass a valid API key. | API_KEY_INVALID | ACCOUNT_REFUSED",
                "400 | INVALID_ARGUMENT | API key expired. Please renew the API key. | | ACCOUNT_REFUSED",
                "400 | FAILED_PRECONDITION | User location is not supported for the API use. | | ACCOUNT_REFUSED",
                "400 | INVALID_ARGUMENT | Invalid JSON payload received. Unknown name x | | REQUEST_REJECTED",
                "401 | UNAUTHENTICATED | Request had invalid authentication credentials. | | ACCOUNT_REFUSED",
                "402 | RESOURCE_EXHAUSTED | Prepaid balance is gone. | | ACCOUNT_REFUSED",
                "403 | PERMISSION_DENIED | Consumer 'api_key:x' has been suspended. | CONSUMER_SUSPENDED | ACCOUNT_REFUSED",
                "403 | PERMISSION_DENIED | Your API key was reported as leaked. | | ACCOUNT_REFUSED",
                "403 | PERMISSION_DENIED | You do not have permission to access the File abc or it may not exist. | | REQUEST_REJECTED",
                "404 | NOT_FOUND | models/foo is not found for API version v1beta, or is not supported for generateContent. | | MODEL_MISSING",
                "404 | NOT_FOUND | Publisher Model `projects/p/x` was not found. | | MODEL_MISSING",
                "404 | NOT_FOUND | CachedContent not found | | REQUEST_REJECTED",
                "500 | INTERNAL | An internal error has occurred. | | SERVER_ERROR",
                "503 | UNAVAILABLE | The model is overloaded. Please try again later. | | SERVER_ERROR",
                "504 | DEADLINE_EXCEEDED | Deadline expired | | SERVER_ERROR"
            })
    void statusAndReasonSayWhatItIs(int status, String word, String message, String reason, Kind kind) {
        String details = reason == null
                ? ""
                : ",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" + reason
                        + "\"}]";
        String body = "{\"error\":{\"code\":" + status + ",\"message\":\"" + message + "\",\"status\":\"" + word + "\""
                + details + "}}";

        assertThat(read(status, body).failure().kind()).isEqualTo(kind);
        assertThat(read(status, "[" + body + "\n]").failure().kind()).isEqualTo(kind);
        assertThat(read(0, body).failure().kind()).isEqualTo(kind);
    }

    @Test
    void longInputHasTheCodeThatClientsKnow() {
        GeminiError error = read(
                400,
                "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":\"The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).\"}}");

        assertThat(error.failure().code()).isEqualTo("context_length_exceeded");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "<html>404</html>", "null", "[]", "{\"error\":7}", "{\"error\":{\"details\":{}}}", "\"x\""})
    void strangeBodiesGoByTheStatus(String body) {
        assertThat(read(503, body).failure().kind()).isEqualTo(Kind.SERVER_ERROR);
        assertThat(read(401, body).failure().kind()).isEqualTo(Kind.ACCOUNT_REFUSED);
        assertThat(read(0, body).failure().kind()).isNotNull();
    }

    @Test
    void keysAreNotShown() {
        GeminiError error = read(
                400,
                "{\"error\":{\"code\":400,\"message\":\"bad key AIzaSyA1234567890abcdefghijklmnopqrstuv\",\"status\":\"INVALID_ARGUMENT\"}}");

        assertThat(error.failure().message()).doesNotContain("AIza");
    }
}
