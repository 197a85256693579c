package io.sluice.provider.bedrock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.LimitKind;
import io.sluice.domain.failure.Verdict;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Bedrock's errors mean. */
class BedrockErrorsTest {
    private static UpstreamFailure classify(int status, MultiMap headers, String body) {
        return BedrockErrors.classify(status, headers, body.getBytes(UTF_8), Instant.parse("2026-01-31T22:30:00Z"));
    }

    private static MultiMap type(String type) {
        return MultiMap.caseInsensitiveMultiMap().add("x-amzn-ErrorType", type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|ValidationException|Input is too long for requested model.|REQUEST_REJECTED",
                "400|ValidationException|Malformed input request: #: extraneous key [x] is not permitted|REQUEST_REJECTED",
                "400|ValidationException|Invocation of model ID a.b with on-demand throughput isn’t supported.|MODEL_MISSING",
                "400|ValidationException|The provided model identifier is invalid.|MODEL_MISSING",
                "400|ServiceQuotaExceededException|x|RATE_LIMITED",
                "403|AccessDeniedException|You don't have access to the model with the specified model ID.|MODEL_MISSING",
                "403|AccessDeniedException|User: arn:aws:iam::123456789012:user/bob is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/a.b|MODEL_MISSING",
                "403|AccessDeniedException|Your account is not authorized to invoke this API operation.|ACCOUNT_REFUSED",
                "403|UnrecognizedClientException|The security token included in the request is invalid.|ACCOUNT_REFUSED",
                "403|InvalidSignatureException|Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z|ACCOUNT_REFUSED",
                "403|ExpiredTokenException|The security token included in the request is expired|ACCOUNT_REFUSED",
                "404|ResourceNotFoundException|This model version has reached the end of its life.|MODEL_MISSING",
                "408|ModelTimeoutException|x|SERVER_ERROR",
                "424|ModelErrorException|x|SERVER_ERROR",
                "424|ModelStreamErrorException|x|SERVER_ERROR",
                "429|ThrottlingException|Too many requests, please wait before trying again.|RATE_LIMITED",
                "429|ModelNotReadyException|x|SERVER_ERROR",
                "500|InternalServerException|x|SERVER_ERROR",
                "503|ServiceUnavailableException|x|SERVER_ERROR",
                "418|SomethingNewException|x|REQUEST_REJECTED",
                "529|SomethingNewException|x|SERVER_ERROR"
            })
    void knowsTheTable(int status, String type, String message, Kind kind) {
        String body = "{\"message\":\"" + message + "\"}";

        assertThat(classify(status, type(type + ":http://internal.amazon.com/coral/"), body)
                        .kind())
                .isEqualTo(kind);
        assertThat(classify(
                                status,
                                MultiMap.caseInsensitiveMultiMap(),
                                "{\"__type\":\"com.amazon.coral.service#" + type + "\",\"Message\":\"" + message
                                        + "\"}")
                        .kind())
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "400, REQUEST_REJECTED", "401, ACCOUNT_REFUSED", "403, SERVER_ERROR", "404, MODEL_MISSING",
        "424, REQUEST_REJECTED", "429, RATE_LIMITED", "502, SERVER_ERROR", "302, BAD_RESPONSE"
    })
    void withoutATypeTheStatusCounts(int status, Kind kind) {
        UpstreamFailure failure = classify(status, MultiMap.caseInsensitiveMultiMap(), "<html>x</html>");

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.type()).isNull();
        assertThat(failure.message()).contains(String.valueOf(status));
    }

    @Test
    void tellsNothingOfAccountsAndSignatures() {
        String signature = "The request signature we calculated does not match. The Canonical String should have been"
                + " 'POST /model/x host:h x-amz-security-token:IQoJb3JpZ2luX2VjEJr//secret/part+x'";
        String denied = "User: arn:aws:sts::123456789012:assumed-role/ops/bob is not authorized; account 123456789012";

        assertThat(classify(403, type("InvalidSignatureException"), "{\"message\":\"" + signature + "\"}")
                        .message())
                .doesNotContain("secret", "IQoJ", "Canonical");
        assertThat(classify(403, type("AccessDeniedException"), "{\"Message\":\"" + denied + "\"}")
                        .message())
                .doesNotContain("123456789012", "bob", "ops");
    }

    @Test
    void longInputHasTheCodeThatClientsKnow() {
        String body = "{\"message\":\"Input is too long for requested model.\"}";

        assertThat(classify(400, type("ValidationException"), body).code()).isEqualTo("context_length_exceeded");
        assertThat(classify(400, type("ValidationException"), "{\"message\":\"m\"}")
                        .code())
                .isNull();
    }

    @Test
    void aDaysTokensComeBackAtMidnight() {
        MultiMap headers = type("ThrottlingException");

        assertThat(classify(429, headers, "{\"message\":\"Too many tokens per day, please wait before trying again.\"}")
                        .verdict())
                .isEqualTo(new Verdict.SlowDown(Verdict.Reach.MODEL, Duration.ofMinutes(90), true, LimitKind.DAY));
        assertThat(classify(429, headers, "{\"message\":\"Too many tokens, please wait before trying again.\"}")
                        .verdict())
                .isEqualTo(new Verdict.SlowDown(Verdict.Reach.MODEL, Duration.ofSeconds(20), false, LimitKind.TOKENS));
    }
}
