package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.Await;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.sluice.tokens.Vocabulary;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every dialect's clients are answered before anything goes to a provider. */
class DialectRoutesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String GOOD_KEY = "x-api-key: " + KEY + "\r\n";
    private static final String ANTHROPIC = "anthropic-version: 2023-06-01\r\n";
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"one two three\"}]";
    private static final String CONTENTS = "{\"contents\":[{\"parts\":[{\"text\":\"one two three\"}]}]}";

    private static TestNode node;

    @BeforeAll
    static void start() {
        // Loading it takes longer than an answer may on a busy machine.
        Vocabulary.O200K.count(List.of("x"));
        node = TestNode.of(new RevisionBuilder()
                        .channel("c", c -> c.serves("gpt-4o", "org/model+1", "llama3:8b", "secret"))
                        .key("app", KEY, List.of("gpt-*", "org/*", "llama*"), null)
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Answer send(String method, String target, String headers, String body) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(method + " " + target + " HTTP/1.1\r\nHost: x\r\n" + headers
                    + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body);
            return connection.read(SOON, 1).last();
        }
    }

    private static JsonNode json(Answer answer) throws Exception {
        return JSON.readTree(answer.body());
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, '', openai",
        "/v1/chat/completions, 'anthropic-version: 2023-06-01', openai",
        "/v1/responses, '', openai",
        "/v1/messages, '', anthropic",
        "/v1/messages/count_tokens, '', anthropic",
        "/v1/messages/batches, '', anthropic",
        "/v1/models, '', openai",
        "/v1/models, 'anthropic-version: x', anthropic",
        "/v1/models, 'x-goog-api-key: sk-nobody', gemini",
        "/v1/nothing, 'anthropic-version: x', anthropic",
        "/v1/nothing, '', openai",
        "/v1/messagesx, '', openai",
        "/v1beta/models/gpt-4o:generateContent, '', gemini",
        "/v1beta/nothing, '', gemini",
        "/v1/models/gpt-4o:generateContent, '', gemini",
        "/v1beta/models/gpt-4o:streamGenerateContent, '', array",
        "/v1beta/models/gpt-4o:streamGenerateContent?alt=json, '', array",
        "/v1beta/models/gpt-4o:streamGenerateContent?alt=sse, '', gemini",
        "/v1beta/models/gpt-4o:streamGenerateContent?x=y&alt=sse, '', gemini"
    })
    void whoeverIsRefusedReadsItInTheirDialect(String target, String header, String dialect) throws Exception {
        Answer answer = send("POST", target, header.isEmpty() ? "" : header + "\r\n", "{}");

        assertThat(answer.status()).isEqualTo(401);
        JsonNode body = json(answer);
        switch (dialect) {
            case "openai" -> assertThat(body.at("/error/code").textValue()).isEqualTo("invalid_api_key");
            case "anthropic" -> {
                assertThat(body.at("/error/type").textValue()).isEqualTo("authentication_error");
                assertThat(body.get("request_id").textValue())
                        .isEqualTo(answer.header("request-id"))
                        .isEqualTo(answer.header("x-request-id"));
            }
            case "gemini" -> assertThat(body.at("/error/status").textValue()).isEqualTo("UNAUTHENTICATED");
            default -> assertThat(body.at("/0/error/status").textValue()).isEqualTo("UNAUTHENTICATED");
        }
    }

    @Test
    void aHeadThatIsWrongIsRefusedInTheDialectOfItsPath() throws Exception {
        Answer answer = send("POST", "/v1/messages", GOOD_KEY + "Content-Length: 3\r\n", "{}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).get("type").textValue()).isEqualTo("error");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/models/gpt-4o, 404",
        "POST, /v1beta/models/gpt-4o, 404",
        "POST, /v1beta/models/:generateContent, 404",
        "POST, /v1beta/models/gpt-4o:predict, 404",
        "POST, /v1beta/models/gpt-4o:generateContent/, 404",
        "POST, /v1beta/models/gpt-4o%3AgenerateContent, 404",
        "POST, /v1beta/models/gpt-4o%3agenerateContent, 404",
        "POST, /v1beta/models/gpt-4o:generate%43ontent, 404",
        "POST, /v1beta/tunedModels/x:generateContent, 404",
        "GET, /v1beta/models/gpt-4o:generateContent, 404",
        "DELETE, /v1beta/models/gpt-4o:generateContent, 405",
        "POST, /v1beta/models/none:generateContent, 404",
        "POST, /v1beta/models/secret:generateContent, 403",
        "POST, /v1beta/models/a//b:generateContent, 400",
        "POST, /v1beta/models/../models/gpt-4o:generateContent, 400",
        "POST, /v1beta/models/%2e%2e/gpt-4o:generateContent, 400",
        "POST, /v1beta/models/gpt-4o%00:generateContent, 400",
        "POST, /v1beta/models/gpt-4o%:generateContent, 400"
    })
    void pathsThatAreNotGoogles(String method, String target, int status) throws Exception {
        Answer answer = send(method, target, GOOD_KEY, CONTENTS);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(json(answer).at("/error/message").textValue()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1beta/models/gpt-4o:countTokens",
                "/v1/models/gpt-4o:countTokens",
                "/v1beta/models/gpt%2d4o:countTokens",
                "/v1beta/models/org/model+1:countTokens",
                "/v1beta/models/org%2Fmodel%2B1:countTokens",
                "/v1beta/models/llama3:8b:countTokens",
                "/v1beta/models/llama3%3A8b:countTokens"
            })
    void modelsInPathsAreFound(String path) throws Exception {
        Answer answer = send("POST", path, GOOD_KEY, CONTENTS);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-sluice-estimated"))
                .isEqualTo(path.contains("gpt") ? "tokens; vocabulary=o200k_base" : "tokens");
        assertThat(json(answer).get("totalTokens").longValue()).isBetween(4L, 20L);
    }

    @Test
    void tokensOfMessagesAreCountedHereWhereNoProviderDoes() throws Exception {
        Answer answer = send(
                "POST", "/v1/messages/count_tokens", GOOD_KEY + ANTHROPIC, "{\"model\":\"gpt-4o\"," + MESSAGES + "}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-sluice-estimated")).isEqualTo("tokens; vocabulary=o200k_base");
        assertThat(answer.header("request-id")).isEqualTo(answer.header("x-request-id"));
        assertThat(json(answer).get("input_tokens").longValue()).isBetween(4L, 20L);
        assertThat(node.reservations()).isZero();
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
    }

    @ParameterizedTest
    @CsvSource({
        "anthropic-version: 2023-06-01\\r\\nanthropic-version: 2023-06-01",
        "anthropic-version: 2023 06",
        "anthropic-version: 20\u00e923",
        "anthropic-beta: a\u00e9"
    })
    void headersOfTheWrongFormAreRefused(String lines) throws Exception {
        Answer answer = send(
                "POST",
                "/v1/messages/count_tokens",
                GOOD_KEY + lines.replace("\\r\\n", "\r\n") + "\r\n",
                "{\"model\":\"gpt-4o\"," + MESSAGES + "}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).at("/error/type").textValue()).isEqualTo("invalid_request_error");
        assertThat(json(answer).at("/error/message").textValue()).contains("anthropic-");
    }

    @Test
    void headersThatAreTooLongAreRefused() {
        String body = "{\"model\":\"gpt-4o\"," + MESSAGES + "}";

        assertThat(send(
                                "POST",
                                "/v1/messages/count_tokens",
                                GOOD_KEY + "anthropic-version: " + "1".repeat(65) + "\r\n",
                                body)
                        .status())
                .isEqualTo(400);
        assertThat(send(
                                "POST",
                                "/v1/messages/count_tokens",
                                GOOD_KEY + "anthropic-beta: " + "b".repeat(2_049) + "\r\n",
                                body)
                        .status())
                .isEqualTo(400);
        assertThat(send(
                                "POST",
                                "/v1/messages/count_tokens",
                                GOOD_KEY + "anthropic-beta: a, b\r\nanthropic-beta: c\r\n",
                                body)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aKeyInTheQueryOpensGooglesPathsOnly() throws Exception {
        assertThat(send("GET", "/v1beta/models?key=" + KEY, "", "").status()).isEqualTo(200);
        assertThat(send("POST", "/v1beta/models/gpt-4o:countTokens?key=" + KEY, "", CONTENTS)
                        .status())
                .isEqualTo(200);
        assertThat(send("POST", "/v1/models/gpt-4o:countTokens?key=" + KEY, "", CONTENTS)
                        .status())
                .isEqualTo(200);
        assertThat(send("GET", "/v1/models?key=" + KEY, "", "").status()).isEqualTo(401);
        assertThat(send("POST", "/v1/messages/count_tokens?key=" + KEY, "", "{}")
                        .status())
                .isEqualTo(401);
        assertThat(send("GET", "/v1beta/models?key=sk-other", GOOD_KEY, "").status())
                .isEqualTo(401);
        assertThat(send("GET", "/v1beta/models?key=" + KEY + "&key=sk-other", "", "")
                        .status())
                .isEqualTo(401);
        assertThat(send("GET", "/v1beta/models?monkey=" + KEY, "", "").status()).isEqualTo(401);
        assertThat(send("GET", "/v1beta/models?key=%zz", "", "").status()).isEqualTo(401);
    }

    @Test
    void anthropicsListOfModels() throws Exception {
        JsonNode list = json(send("GET", "/v1/models?limit=1000", GOOD_KEY + ANTHROPIC, ""));

        assertThat(list.get("data")).hasSize(3);
        assertThat(list.at("/data/0")).isEqualTo(JSON.readTree("""
                        {"type":"model","id":"gpt-4o","display_name":"gpt-4o","created_at":"1970-01-01T00:00:00Z"}"""));
        assertThat(list.get("has_more").booleanValue()).isFalse();
        assertThat(list.get("first_id").textValue()).isEqualTo("gpt-4o");
        assertThat(list.get("last_id").textValue()).isEqualTo("llama3:8b");
        assertThat(json(send("GET", "/v1/models/org/model+1", GOOD_KEY + ANTHROPIC, ""))
                        .get("type")
                        .textValue())
                .isEqualTo("model");
        assertThat(json(send("GET", "/v1/models/none", GOOD_KEY + ANTHROPIC, ""))
                        .at("/error/type")
                        .textValue())
                .isEqualTo("not_found_error");
    }

    @Test
    void geminisListOfModels() throws Exception {
        JsonNode list = json(send("GET", "/v1beta/models?pageSize=50", "x-goog-api-key: " + KEY + "\r\n", ""));

        assertThat(list.get("models")).hasSize(3);
        assertThat(list.at("/models/1")).isEqualTo(JSON.readTree("""
                        {"name":"models/org/model+1","displayName":"org/model+1",
                         "supportedGenerationMethods":["generateContent","countTokens","embedContent","batchEmbedContents"]}"""));
        assertThat(json(send("GET", "/v1beta/models/llama3%3A8b", GOOD_KEY, ""))
                        .get("name")
                        .textValue())
                .isEqualTo("models/llama3:8b");
        assertThat(json(send("GET", "/v1/models/gpt-4o", "x-goog-api-key: " + KEY + "\r\n", ""))
                        .get("name")
                        .textValue())
                .isEqualTo("models/gpt-4o");
        assertThat(json(send("GET", "/v1beta/models/none", GOOD_KEY, ""))
                        .at("/error/status")
                        .textValue())
                .isEqualTo("NOT_FOUND");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/engines",
        "GET, /v1/engines/davinci",
        "POST, /v1/engines/davinci/completions",
        "POST, /v1/engines/text-embedding-ada-002/embeddings",
        "POST, /v1/edits",
        "POST, /v1/answers",
        "POST, /v1/classifications",
        "POST, /v1/search"
    })
    void pathsThatOpenAiHasGivenUpAreGone(String method, String path) throws Exception {
        Answer answer = send(method, path, GOOD_KEY, "{}");

        assertThat(answer.status()).isEqualTo(410);
        assertThat(json(answer).at("/error/code").textValue()).isEqualTo("endpoint_gone");
        assertThat(json(answer).at("/error/message").textValue())
                .contains("/v1/")
                .doesNotContain("null");
    }
}
