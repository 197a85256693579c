package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.failure.GatewayFailure;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the edge says in each dialect. */
class EdgeDialectTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<EdgeDialect> ALL = Stream.of(
                    ChatDialect.OPENAI, ChatDialect.RESPONSES, ChatDialect.ANTHROPIC, ChatDialect.GEMINI)
            .map(dialect -> EdgeDialect.of(dialect, false))
            .toList();
    private static final EdgeDialect ANTHROPIC = EdgeDialect.of(ChatDialect.ANTHROPIC, false);
    private static final EdgeDialect GEMINI = EdgeDialect.of(ChatDialect.GEMINI, false);
    private static final EdgeDialect GEMINI_ARRAY = EdgeDialect.of(ChatDialect.GEMINI, true);
    private static final EdgeDialect RESPONSES = EdgeDialect.of(ChatDialect.RESPONSES, false);

    private static ErrorAnswer error(int status) {
        return new ErrorAnswer(status, "t", "c", null, "m", Duration.ZERO);
    }

    private static JsonNode body(EdgeDialect dialect, ErrorAnswer error) throws Exception {
        return JSON.readTree(dialect.body(error, "req-1").getBytes());
    }

    private static String event(EdgeDialect dialect, String last) {
        return dialect.event(error(502), "req-1", Buffer.buffer(last)).toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, 400",
        "401, authentication_error, 401",
        "402, billing_error, 402",
        "403, permission_error, 403",
        "404, not_found_error, 404",
        "405, invalid_request_error, 405",
        "408, invalid_request_error, 408",
        "409, conflict_error, 409",
        "410, not_found_error, 410",
        "413, request_too_large, 413",
        "415, invalid_request_error, 415",
        "422, invalid_request_error, 422",
        "429, rate_limit_error, 429",
        "431, invalid_request_error, 431",
        "499, api_error, 499",
        "500, api_error, 500",
        "501, api_error, 501",
        "502, api_error, 502",
        "503, overloaded_error, 529",
        "504, timeout_error, 504"
    })
    void anthropicHasATypeAndAStatusForEach(int status, String type, int said) throws Exception {
        assertThat(ANTHROPIC.status(error(status))).isEqualTo(said);
        assertThat(body(ANTHROPIC, error(status))).isEqualTo(JSON.readTree("""
                                {"type":"error","error":{"type":"%s","message":"m"},"request_id":"req-1"}""".formatted(type)));
    }

    @Test
    void anthropicNamesTheFieldInTheMessage() throws Exception {
        ErrorAnswer named = new ErrorAnswer(400, "t", "c", "max_tokens", "too large", Duration.ZERO);
        ErrorAnswer told = new ErrorAnswer(400, "t", "c", "model", "Missing 'model'.", Duration.ZERO);

        assertThat(body(ANTHROPIC, named).at("/error/message").textValue()).isEqualTo("max_tokens: too large");
        assertThat(body(ANTHROPIC, told).at("/error/message").textValue()).isEqualTo("Missing 'model'.");
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_ARGUMENT",
        "401, UNAUTHENTICATED",
        "402, RESOURCE_EXHAUSTED",
        "403, PERMISSION_DENIED",
        "404, NOT_FOUND",
        "405, UNIMPLEMENTED",
        "408, DEADLINE_EXCEEDED",
        "409, ABORTED",
        "410, NOT_FOUND",
        "413, INVALID_ARGUMENT",
        "429, RESOURCE_EXHAUSTED",
        "499, CANCELLED",
        "500, INTERNAL",
        "501, UNIMPLEMENTED",
        "502, UNAVAILABLE",
        "503, UNAVAILABLE",
        "504, DEADLINE_EXCEEDED"
    })
    void geminiHasANameForEach(int status, String name) throws Exception {
        JsonNode error = body(GEMINI, error(status)).get("error");

        assertThat(error.get("code").intValue()).isEqualTo(status);
        assertThat(error.get("status").textValue()).isEqualTo(name);
        assertThat(error.get("message").textValue()).isEqualTo("m");
        assertThat(GEMINI.status(error(status))).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"7000, 7s", "1500, 1.500s", "45, 0.045s", "60000, 60s"})
    void geminiSaysWhenToComeBackAndWhatIsWrong(long millis, String delay) throws Exception {
        ErrorAnswer error = new ErrorAnswer(429, "t", "pool_exhausted", "contents", "m", Duration.ofMillis(millis));

        assertThat(body(GEMINI, error).at("/error/details")).isEqualTo(JSON.readTree("""
                        [{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"POOL_EXHAUSTED",
                          "domain":"sluice"},
                         {"@type":"type.googleapis.com/google.rpc.BadRequest",
                          "fieldViolations":[{"field":"contents","description":"m"}]},
                         {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"%s"}]""".formatted(delay)));
    }

    @Test
    void geminiWithoutDetailsHasNone() throws Exception {
        ErrorAnswer plain = new ErrorAnswer(400, "t", null, null, "m", Duration.ZERO);

        assertThat(body(GEMINI, plain).at("/error/details").isMissingNode()).isTrue();
        assertThat(body(GEMINI_ARRAY, plain).at("/0/error/code").intValue()).isEqualTo(400);
    }

    static Stream<GatewayFailure> failures() {
        return ErrorAnswerTest.table().map(a -> (GatewayFailure) a.get()[0]);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailureIsJsonInEveryDialect(GatewayFailure failure) throws Exception {
        ErrorAnswer error = ErrorAnswer.of(failure);
        for (EdgeDialect dialect : ALL) {
            JsonNode body = JSON.readTree(dialect.body(error, "r").getBytes());
            String event = dialect.event(error, "r", Buffer.buffer()).toString(StandardCharsets.UTF_8);

            assertThat(body.at("/error/message").textValue()).endsWith(error.message());
            assertThat(dialect.status(error)).isBetween(400, 599);
            assertThat(event).contains("data: {").doesNotContain("[DONE]").doesNotContain("stop");
            assertThat(JSON.readTree(
                                    event.substring(event.indexOf("data: ") + 6).strip())
                            .toString())
                    .contains("message");
        }
    }

    @Test
    void errorsInsideStreams() {
        assertThat(event(EdgeDialect.of(ChatDialect.OPENAI, false), ""))
                .isEqualTo("data: {\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}}\n\n");
        assertThat(event(ANTHROPIC, ""))
                .isEqualTo("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":"
                        + "\"m\"},\"request_id\":\"req-1\"}\n\n");
        assertThat(event(GEMINI, ""))
                .startsWith("data: {\"error\":{\"code\":502,")
                .endsWith("}}\r\n\r\n");
        assertThat(event(GEMINI_ARRAY, "{}"))
                .startsWith(",\r\n{\"error\":{\"code\":502,")
                .endsWith("}}\n]");
        assertThat(event(GEMINI_ARRAY, "[")).startsWith("{\"error\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | 0",
                "data: {\"type\":\"x\",\"sequence_number\":41} | 42",
                "data: {\"sequence_number\": 6,\"delta\":\"\\\"sequence_number\\\":99\"} | 7",
                "data: {\"sequence_number\":1}  data: {\"sequence_number\":2} | 3",
                "data: {\"sequence_number\":\"x\"} | 0",
                "data: {\"sequence_number\":99999999999999999999} | 1000000000000000"
            })
    void responsesGoOnCounting(String last, long number) {
        assertThat(event(RESPONSES, last))
                .isEqualTo("event: error\ndata: {\"type\":\"error\",\"code\":\"c\",\"message\":\"m\",\"param\":null,"
                        + "\"sequence_number\":" + number + "}\n\n");
    }

    @Test
    void pingsEndTheirEvent() {
        assertThat(ALL).allSatisfy(dialect -> assertThat(String.valueOf(dialect.ping()))
                .matches("(?s).*(\n\n|\r\n\r\n)"));
        assertThat(GEMINI_ARRAY.ping()).isNull();
    }
}
