package io.sluice.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiErrorsTest {
    private static UpstreamFailure classify(int status, String body, String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return OpenAiErrors.classify(status, headers, body.getBytes(UTF_8), Instant.parse("2026-01-27T12:00:00Z"));
    }

    private static UpstreamFailure quoted(int status, @Nullable String body) {
        return classify(status, body == null ? "" : body.startsWith("{") ? body.replace('\'', '"') : body);
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
        "424, x, x, REQUEST_REJECTED",
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "400|{'error':{'message':'m','type':'invalid_request_error','code':'context_length_exceeded'}}|REQUEST_REJECTED",
                "400|{'error':{'message':'The response was filtered','param':'prompt','code':'content_filter','status':400}}|REQUEST_REJECTED",
                "401|{'error':{'message':'Incorrect API key provided','code':'invalid_api_key'}}|ACCOUNT_REFUSED",
                "402|{'error':{'message':'Insufficient Balance'}}|ACCOUNT_REFUSED",
                "403|{'error':{'message':'Project has no access to model','code':'model_not_found'}}|MODEL_MISSING",
                "403|{'error':{'message':'m','type':'request_forbidden','code':'unsupported_country_region_territory'}}|ACCOUNT_REFUSED",
                "403|{'error':{'message':'You have insufficient permissions for this operation. Missing scopes: model.request.','code':null}}|MODEL_MISSING",
                "403|{'error':{'code':'403','message':'Public access is disabled. Please configure private endpoint.'}}|ACCOUNT_REFUSED",
                "403|{'error':{'code':'AccessDenied','message':'Access denied due to Virtual Network/Firewall rules.'}}|ACCOUNT_REFUSED",
                "403|{'error':{'code':'403','message':'Out of call volume quota. Quota will be replenished in 3 days.'}}|ACCOUNT_REFUSED",
                "403|{'error':{'message':'Your account is suspended, check your plan and billing details'}}|ACCOUNT_REFUSED",
                "403|{'error':{'message':'Key limit exceeded','code':403}}|ACCOUNT_REFUSED",
                "403|{'error':{'message':'Your input was flagged by moderation','code':403}}|REQUEST_REJECTED",
                "403|{'error':{'message':'You are not allowed to sample from this model with logprobs'}}|REQUEST_REJECTED",
                "403|<html>blocked by the firewall</html>|SERVER_ERROR",
                "403||SERVER_ERROR",
                "404|{'error':{'message':'m','type':'invalid_request_error','code':'model_not_found'}}|MODEL_MISSING",
                "404|{'error':{'code':'DeploymentNotFound','message':'The API deployment for this resource does not exist.'}}|MODEL_MISSING",
                "404|{'error':{'code':'404','message':'Resource not found'}}|MODEL_MISSING",
                "404|{'object':'error','message':'m','type':'NotFoundError','param':'model','code':404}|MODEL_MISSING",
                "404|{'error':{'message':'The model `x` does not exist.','type':'NotFoundError','param':null,'code':404}}|MODEL_MISSING",
                "404|{'error':{'message':'model x:7b not found, try pulling it first','type':'api_error'}}|MODEL_MISSING",
                "404|{'detail':'Not Found'}|MODEL_MISSING",
                "404|404 page not found|MODEL_MISSING",
                "404|<html>404</html>|MODEL_MISSING",
                "404||MODEL_MISSING",
                "404|{'error':{'message':'No such File object: file-1','type':'invalid_request_error','param':'file_id','code':null}}|REQUEST_REJECTED",
                "404|{'error':{'message':'No such File object: the model x does not exist','code':null}}|REQUEST_REJECTED",
                "404|{'error':{'message':'Previous response not found','code':'previous_response_not_found'}}|REQUEST_REJECTED",
                "408|{'error':{'code':'Timeout','message':'The operation was timeout.'}}|SERVER_ERROR",
                "409||SERVER_ERROR",
                "413||REQUEST_REJECTED",
                "413|{'error':{'message':'Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7000','type':'tokens','code':'rate_limit_exceeded'}}|TOO_LARGE_HERE",
                "424||REQUEST_REJECTED",
                "425||SERVER_ERROR",
                "429|{'error':{'message':'Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 28810, Requested 2500. Please try again in 2.62s.','type':'tokens','code':'rate_limit_exceeded'}}|RATE_LIMITED",
                "429|{'error':{'message':'Request too large for gpt-4o in organization org-abc on tokens per min (TPM): Limit 30000, Requested 40000.','type':'tokens','code':'rate_limit_exceeded'}}|TOO_LARGE_HERE",
                "429|{'error':{'message':'m','type':'rate_limit_error','code':'slow_down'}}|RATE_LIMITED",
                "429|{'error':{'message':'You exceeded your current quota','type':'insufficient_quota','code':'insufficient_quota'}}|ACCOUNT_REFUSED",
                "429|{'error':{'message':'m','type':'insufficient_quota','code':'project_spend_limit_exceeded'}}|ACCOUNT_REFUSED",
                "429|{'error':{'message':'m','type':'billing_not_active','code':null}}|ACCOUNT_REFUSED",
                "429|{'error':{'message':'Your access was terminated due to violation of our policies','type':'access_terminated','code':null}}|ACCOUNT_REFUSED",
                "429|{'error':{'code':'NoCapacity','message':'m'}}|SERVER_ERROR",
                "429|{'error':{'code':'429','message':'The system is experiencing high demand.'}}|SERVER_ERROR",
                "429|{'error':{'message':'m','type':'service_unavailable_error','code':'server_is_overloaded'}}|SERVER_ERROR",
                "429||RATE_LIMITED",
                "498||SERVER_ERROR",
                "500||SERVER_ERROR",
                "503|{'error':{'message':'m','code':'server_is_overloaded'}}|SERVER_ERROR",
                "524|<html></html>|SERVER_ERROR",
                "529||SERVER_ERROR",
            })
    void blamesOnlyWhomTheAnswerNames(int status, String body, Kind kind) {
        assertThat(quoted(status, body).kind()).isEqualTo(kind);
    }

    @Test
    void readsHowLongAzureWantsToBeLeftAlone() {
        UpstreamFailure failure = quoted(
                429, "{'error':{'code':'429','message':'Rate limit is exceeded. Please retry after 86400 seconds.'}}");

        assertThat(failure)
                .returns(Kind.RATE_LIMITED, UpstreamFailure::kind)
                .returns(Duration.ofDays(1), UpstreamFailure::retryAfter);
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
