package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorAnswerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration WAIT = Duration.ofSeconds(7);

    private static InvalidRequest invalid(InvalidRequest.Kind kind) {
        return new InvalidRequest(kind, "m", "p", "c");
    }

    private static QuotaExceeded quota(QuotaExceeded.Cause cause) {
        return new QuotaExceeded(cause, "m", WAIT);
    }

    private static UpstreamFailure upstream(UpstreamFailure.Kind kind, int status) {
        return new UpstreamFailure(kind, status, "m", "t", "p", "c", WAIT);
    }

    static Stream<Arguments> table() {
        String invalid = "invalid_request_error";
        String limit = "rate_limit_error";
        String server = "server_error";
        return Stream.of(
                Arguments.of(new GatewayFailure.Unauthenticated("m"), 401, invalid, "invalid_api_key", 0),
                Arguments.of(
                        new GatewayFailure.Forbidden("m", "model_not_allowed"), 403, invalid, "model_not_allowed", 0),
                Arguments.of(invalid(InvalidRequest.Kind.MALFORMED), 400, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.UNKNOWN_PATH), 404, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.UNKNOWN_MODEL), 404, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.UNKNOWN_OBJECT), 404, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.GONE), 410, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.METHOD_NOT_ALLOWED), 405, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.BODY_TOO_SLOW), 408, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.BODY_TOO_LARGE), 413, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.TARGET_TOO_LONG), 414, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.UNSUPPORTED_MEDIA_TYPE), 415, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.EXPECTATION_FAILED), 417, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.UPGRADE_REQUIRED), 426, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.HEADERS_TOO_LARGE), 431, invalid, "c", 0),
                Arguments.of(invalid(InvalidRequest.Kind.NOT_IMPLEMENTED), 501, invalid, "c", 0),
                Arguments.of(quota(QuotaExceeded.Cause.KEY), 429, limit, "rate_limit_exceeded", 7),
                Arguments.of(quota(QuotaExceeded.Cause.POOL), 429, limit, "pool_exhausted", 7),
                Arguments.of(quota(QuotaExceeded.Cause.REQUEST_TOO_LARGE), 400, invalid, "request_exceeds_limits", 0),
                Arguments.of(quota(QuotaExceeded.Cause.BUDGET), 429, "insufficient_quota", "insufficient_quota", 7),
                Arguments.of(new GatewayFailure.NoRoute("m", WAIT), 503, server, "no_candidate", 7),
                Arguments.of(upstream(UpstreamFailure.Kind.REQUEST_REJECTED, 422), 422, "t", "c", 0),
                Arguments.of(upstream(UpstreamFailure.Kind.REQUEST_REJECTED, 0), 400, "t", "c", 0),
                Arguments.of(upstream(UpstreamFailure.Kind.RATE_LIMITED, 429), 429, limit, "rate_limit_exceeded", 7),
                Arguments.of(upstream(UpstreamFailure.Kind.HEAD_TIMEOUT, 0), 504, server, "upstream_timeout", 0),
                Arguments.of(upstream(UpstreamFailure.Kind.ACCOUNT_REFUSED, 401), 502, server, "upstream_error", 0),
                Arguments.of(upstream(UpstreamFailure.Kind.MODEL_MISSING, 404), 502, server, "upstream_error", 0),
                Arguments.of(
                        upstream(UpstreamFailure.Kind.TOO_LARGE_HERE, 429), 400, invalid, "request_exceeds_limits", 0),
                Arguments.of(upstream(UpstreamFailure.Kind.INEXPRESSIBLE, 0), 400, invalid, "c", 0),
                Arguments.of(upstream(UpstreamFailure.Kind.BUSY, 0), 503, server, "overloaded", 1),
                Arguments.of(upstream(UpstreamFailure.Kind.CONNECT, 0), 502, server, "upstream_error", 7),
                Arguments.of(upstream(UpstreamFailure.Kind.RESET, 0), 502, server, "upstream_error", 7),
                Arguments.of(upstream(UpstreamFailure.Kind.BAD_RESPONSE, 999), 502, server, "upstream_error", 7),
                Arguments.of(upstream(UpstreamFailure.Kind.TRUNCATED, 200), 502, server, "upstream_error", 7),
                Arguments.of(upstream(UpstreamFailure.Kind.SERVER_ERROR, 503), 502, server, "upstream_error", 7),
                Arguments.of(new GatewayFailure.DeadlineExceeded("m"), 504, server, "deadline_exceeded", 0),
                Arguments.of(new GatewayFailure.ClientClosed(), 499, server, "client_closed", 0),
                Arguments.of(new GatewayFailure.Overloaded("m"), 503, server, "overloaded", 1),
                Arguments.of(new GatewayFailure.Unavailable("m"), 503, server, "unavailable", 1),
                Arguments.of(new GatewayFailure.Internal(), 500, server, "internal_error", 0));
    }

    @ParameterizedTest
    @MethodSource("table")
    void everyFailureHasItsAnswer(GatewayFailure failure, int status, String type, String code, int retrySeconds) {
        ErrorAnswer answer = ErrorAnswer.of(failure);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.type()).isEqualTo(type);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.retryAfter()).isEqualTo(Duration.ofSeconds(retrySeconds));
    }

    @Test
    void tableNamesEveryFailureAndKind() {
        Set<Object> named =
                table().map(a -> kindOf((GatewayFailure) a.get()[0])).collect(Collectors.toSet());
        Set<Object> all = Stream.of(
                        Arrays.stream(GatewayFailure.class.getPermittedSubclasses())
                                .filter(c -> c != InvalidRequest.class
                                        && c != QuotaExceeded.class
                                        && c != UpstreamFailure.class)
                                .map(Object.class::cast),
                        Arrays.stream(InvalidRequest.Kind.values()).map(Object.class::cast),
                        Arrays.stream(QuotaExceeded.Cause.values()).map(Object.class::cast),
                        Arrays.stream(UpstreamFailure.Kind.values()).map(Object.class::cast))
                .flatMap(s -> s)
                .collect(Collectors.toSet());

        assertThat(named).isEqualTo(all);
    }

    private static String body(GatewayFailure failure) {
        return OpenAiEdge.INSTANCE.body(ErrorAnswer.of(failure), "r").toString(StandardCharsets.UTF_8);
    }

    private static Object kindOf(GatewayFailure failure) {
        return switch (failure) {
            case InvalidRequest f -> f.kind();
            case QuotaExceeded f -> f.cause();
            case UpstreamFailure f -> f.kind();
            default -> failure.getClass();
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"ACCOUNT_REFUSED", "MODEL_MISSING"})
    void whatTheProviderSaysOfAnAccountStaysHere(UpstreamFailure.Kind kind) {
        UpstreamFailure failure = new UpstreamFailure(
                kind, 401, "Incorrect key of org-CANARY", "CANARY", "CANARY", "CANARY", Duration.ZERO);

        assertThat(body(failure)).doesNotContain("CANARY");
    }

    @Test
    void bodyIsTheDialectsErrorObject() throws Exception {
        JsonNode error = JSON.readTree(body(new InvalidRequest(
                        InvalidRequest.Kind.UNKNOWN_MODEL, "No such model.", "model", "model_not_found")))
                .get("error");

        assertThat(error.properties())
                .extracting(e -> e.getKey() + "=" + e.getValue())
                .containsExactly(
                        "message=\"No such model.\"",
                        "type=\"invalid_request_error\"",
                        "param=\"model\"",
                        "code=\"model_not_found\"");
    }

    @Test
    void absentPartsAreNull() throws Exception {
        JsonNode error = JSON.readTree(body(new InvalidRequest(InvalidRequest.Kind.MALFORMED, "m", null, null)))
                .get("error");

        assertThat(error.get("param").isNull()).isTrue();
        assertThat(error.get("code").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "\"quoted\" \\ back\\slash",
                "line\nfeed\r\ttab\b\f",
                "\u0000\u0001\u001f\u007f",
                "Grüße 你好 😀",
                "\u2028\u2029",
                "</script>",
                "data: [DONE]\n\ndata: x"
            })
    void everyMessageSurvivesAsJson(String message) throws Exception {
        GatewayFailure failure = new GatewayFailure.Unauthenticated(message);

        String event = OpenAiEdge.INSTANCE
                .event(ErrorAnswer.of(failure), "r", Buffer.buffer())
                .toString(StandardCharsets.UTF_8);

        assertThat(JSON.readTree(body(failure)).at("/error/message").textValue())
                .isEqualTo(message);
        assertThat(event.strip().lines()).hasSize(1).first().asString().startsWith("data: {");
        assertThat(JSON.readTree(event.strip().substring(6))
                        .at("/error/message")
                        .textValue())
                .isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "a\ud83db", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
    void halfACharacterDoesNotBreakTheBytes(String message) throws Exception {
        byte[] body = OpenAiEdge.INSTANCE
                .body(ErrorAnswer.of(new GatewayFailure.Unauthenticated(message)), "r")
                .getBytes();

        assertThat(JSON.readTree(body).at("/error/message").textValue()).isEqualTo(message);
    }
}
