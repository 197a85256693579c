package io.sluice.provider.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.UsageRecord;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Gemini client that asks for vectors, before scripted upstreams of several types. */
class GeminiVectorsFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String VERTEX = "/v1/projects/p/locations/eu/publishers/google";
    private static final String ONE = "{\"content\":{\"parts\":[{\"text\":\"a\"}]}}";
    private static final String TWO =
            "{\"requests\":[{\"model\":\"models/m\",\"content\":{\"parts\":[{\"text\":\"a\"}]},\"outputDimensionality\":2},"
                    + "{\"model\":\"models/m\",\"content\":{\"parts\":[{\"text\":\"b\"},{\"text\":\"c\"}]},\"outputDimensionality\":2}]}";
    private static final String OPENAI =
            "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":1,\"embedding\":[3,4]},"
                    + "{\"object\":\"embedding\",\"index\":0,\"embedding\":[1.5,2]}],\"model\":\"up\","
                    + "\"usage\":{\"prompt_tokens\":5,\"total_tokens\":5}}";

    private final FakeUpstream upstream = FakeUpstream.start();
    private TestNode node;

    private void node(ProviderType type, String path, boolean lenient) {
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> {
                            c.type(type)
                                    .url(new BaseUrl(false, "127.0.0.1", upstream.port(), path))
                                    .redirect("m", "up");
                            return lenient ? c.lenient() : c;
                        })
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, SOON)
                        .build())
                .start();
    }

    @AfterEach
    void stop() {
        node.close();
        upstream.close();
    }

    private RawHttp.Answer ask(String action, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        try (RawHttp client = RawHttp.clear(node.port())) {
            return client.send("POST /v1beta/models/m:" + action + " HTTP/1.1\r\nHost: h\r\nx-goog-api-key: " + KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                    .send(bytes)
                    .read(SOON, 1)
                    .last();
        }
    }

    @Test
    void batchPassesToGeminiUnderTheUpstreamName() throws Exception {
        node(ProviderType.GEMINI, "", false);
        upstream.next(Script.json(200, "{\"embeddings\":[{\"values\":[1]},{\"values\":[2]}]}"));

        RawHttp.Answer answer = ask(
                "batchEmbedContents", TWO.replace("\"outputDimensionality\":2", "\"taskType\":\"RETRIEVAL_QUERY\""));

        FakeUpstream.Request asked = upstream.take(SOON);
        assertThat(asked.line()).isEqualTo("POST /v1beta/models/up:batchEmbedContents HTTP/1.1");
        assertThat(asked.text())
                .isEqualTo(TWO.replace("\"outputDimensionality\":2", "\"taskType\":\"RETRIEVAL_QUERY\"")
                        .replace("models/m", "models/up"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"embeddings\":[{\"values\":[1]},{\"values\":[2]}]}");
    }

    /** A batch may not reach another model than the one that was allowed and counted. */
    @Test
    void batchReachesOneModelOnly() throws Exception {
        node(ProviderType.GEMINI, "", false);
        upstream.next(Script.json(200, "{\"embeddings\":[{\"values\":[1]},{\"values\":[2]}]}"));

        ask("batchEmbedContents", TWO.replaceFirst("models/m", "models/dear"));

        assertThat(upstream.take(SOON).text()).contains("models/up").doesNotContain("dear");
    }

    @Test
    void batchIsOpenAisListOfInputs() throws Exception {
        node(ProviderType.OPENAI, "/v1", false);
        upstream.next(Script.json(200, OPENAI));

        RawHttp.Answer answer = ask("batchEmbedContents", TWO);

        FakeUpstream.Request asked = upstream.take(SOON);
        assertThat(asked.line()).isEqualTo("POST /v1/embeddings HTTP/1.1");
        assertThat(asked.text()).isEqualTo("{\"model\":\"up\",\"input\":[\"a\",\"b\\nc\"],\"dimensions\":2}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .isEqualTo(
                        "{\"embeddings\":[{\"values\":[1.5,2]},{\"values\":[3,4]}],\"usageMetadata\":{\"promptTokenCount\":5}}");
        UsageRecord usage = Objects.requireNonNull(node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS));
        assertThat(usage.used().tokens()).isEqualTo(new TokenUsage(5, 0, 0, 0));
        assertThat(usage.used().isEstimated()).isFalse();
    }

    @Test
    void oneIsOneInput() throws Exception {
        node(ProviderType.OPENAI, "/v1", false);
        upstream.next(Script.json(200, "{\"data\":[{\"index\":0,\"embedding\":[1.5]}]}"));

        RawHttp.Answer answer = ask("embedContent", ONE);

        assertThat(upstream.take(SOON).text()).isEqualTo("{\"model\":\"up\",\"input\":[\"a\"]}");
        assertThat(answer.text()).isEqualTo("{\"embedding\":{\"values\":[1.5]}}");
    }

    @Test
    void dashscopeIsAskedInItsCompatibleMode() throws Exception {
        node(ProviderType.DASHSCOPE, "/api/v1", false);
        upstream.next(Script.json(200, OPENAI));

        assertThat(ask("batchEmbedContents", TWO).status()).isEqualTo(200);
        assertThat(upstream.take(SOON).line()).isEqualTo("POST /compatible-mode/v1/embeddings HTTP/1.1");
    }

    @Test
    void ollamaIsAskedNatively() throws Exception {
        node(ProviderType.OLLAMA, "", false);
        upstream.next(Script.json(200, "{\"model\":\"up\",\"embeddings\":[[1.5,2],[3,4]],\"prompt_eval_count\":7}"));

        RawHttp.Answer answer = ask("batchEmbedContents", TWO);

        FakeUpstream.Request asked = upstream.take(SOON);
        assertThat(asked.line()).isEqualTo("POST /api/embed HTTP/1.1");
        assertThat(asked.text())
                .isEqualTo("{\"model\":\"up\",\"input\":[\"a\",\"b\\nc\"],\"dimensions\":2,\"truncate\":false}");
        assertThat(answer.text())
                .isEqualTo(
                        "{\"embeddings\":[{\"values\":[1.5,2]},{\"values\":[3,4]}],\"usageMetadata\":{\"promptTokenCount\":7}}");
    }

    /** Vertex AI has places for what a vector is for. */
    @Test
    void vertexPredicts() throws Exception {
        node(ProviderType.GEMINI, VERTEX, false);
        upstream.next(Script.json(
                200, "{\"predictions\":[{\"embeddings\":{\"values\":[1.5],\"statistics\":{\"token_count\":2}}}]}"));

        RawHttp.Answer answer = ask(
                "embedContent",
                "{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"task_type\":\"RETRIEVAL_DOCUMENT\",\"title\":\"T\",\"output_dimensionality\":1}");

        FakeUpstream.Request asked = upstream.take(SOON);
        assertThat(asked.line()).isEqualTo("POST " + VERTEX + "/models/up:predict HTTP/1.1");
        assertThat(asked.text())
                .isEqualTo("{\"instances\":[{\"content\":\"a\",\"task_type\":\"RETRIEVAL_DOCUMENT\",\"title\":\"T\"}],"
                        + "\"parameters\":{\"outputDimensionality\":1}}");
        assertThat(answer.text())
                .isEqualTo("{\"embedding\":{\"values\":[1.5]},\"usageMetadata\":{\"promptTokenCount\":2}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "embedContent | {\"content\":{\"parts\":[{\"text\":\"a\"}]},\"taskType\":\"RETRIEVAL_QUERY\"} | taskType",
                "embedContent | {\"content\":{\"parts\":[{\"text\":\"a\"}]},\"title\":\"T\"} | title",
                "embedContent | {\"content\":{\"parts\":[{\"text\":\"a\"}]},\"new_field\":1} | new_field",
                "embedContent | {\"content\":{\"parts\":[{\"text\":\"a\"},{\"inlineData\":{\"data\":\"QQ==\"}}]}} | content.parts",
                "batchEmbedContents | {\"requests\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"taskType\":\"X\"}]} | requests.taskType",
                "batchEmbedContents | {\"requests\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"outputDimensionality\":1},{\"content\":{\"parts\":[{\"text\":\"b\"}]}}]} | requests.outputDimensionality"
            })
    void whatOpenAiHasNotIsRefusedOrListed(String action, String body, String field) {
        node(ProviderType.OPENAI, "/v1", false);
        RawHttp.Answer refused = ask(action, body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("'" + field + "' cannot be carried");
        assertThat(upstream.connections()).isLessThanOrEqualTo(1);
        node.close();

        node(ProviderType.OPENAI, "/v1", true);
        upstream.otherwise(Script.json(
                200,
                "{\"data\":[{\"index\":0,\"embedding\":[1]}"
                        + (body.contains("\"b\"") ? ",{\"index\":1,\"embedding\":[2]}" : "") + "]}"));
        RawHttp.Answer answer = ask(action, body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-sluice-dropped")).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "embedContent | {\"content\":{\"parts\":[]}} | Invalid value at 'content'",
                "embedContent | {\"content\":{\"parts\":[{\"text\":\"a\"}]},\"model\":\"models/other\"} | Invalid value at 'model'",
                "embedContent | {\"content\":{\"parts\":[{\"text\":\"a\"}]},\"outputDimensionality\":\"x\"} | Invalid value at 'outputDimensionality'",
                "batchEmbedContents | {\"requests\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}},{}]} | Invalid value at 'requests[1].content'"
            })
    void malformedRequestsNameTheField(String action, String body, String message) {
        node(ProviderType.OPENAI, "/v1", false);

        RawHttp.Answer answer = ask(action, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\":[{\"index\":0,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":7,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":\"x\"}]}",
                "{\"data\":\"x\"}",
                "{}",
                "[]",
                "<html>"
            })
    void wrongAnswersAreFailures(String body) {
        node(ProviderType.OPENAI, "/v1", false);
        upstream.otherwise(Script.json(200, body));

        assertThat(ask("batchEmbedContents", TWO).status()).isEqualTo(502);
    }
}
