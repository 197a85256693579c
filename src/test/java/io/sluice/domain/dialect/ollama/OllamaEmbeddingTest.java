package io.sluice.domain.dialect.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's embeddings by {@code /api/embed}. */
class OllamaEmbeddingTest {
    private static final String ANSWER = """
            {"model":"nomic","embeddings":[[0.010071,-1.5,2],[1e-05,0,-0]],"total_duration":14,"prompt_eval_count":8,
             "extra":{"a":[1]}}
            """;

    private static JsonNode json(String text) {
        return Objects.requireNonNull(Json.read(text));
    }

    private static JsonNode request(String body) {
        return OllamaEmbeddings.request(json(body), "nomic", new Losses(ChatDialect.OPENAI, false));
    }

    private static String read(OllamaEmbeddingTap tap, byte[]... pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ResponseTap.Sink sink = new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                throw new AssertionError("nothing passes unchanged");
            }

            @Override
            public void write(byte[] bytes) {
                out.writeBytes(bytes);
            }
        };
        for (byte[] piece : pieces) {
            tap.feed(piece, sink);
        }
        tap.end(sink);
        out.writeBytes(tap.last());
        return out.toString(UTF_8);
    }

    @Test
    void writesARequest() {
        assertThat(Json.text(request("""
                        {"model":"m","input":["a","b"],"dimensions":256,"encoding_format":"base64","user":"u",
                         "keep_alive":"5m"}
                        """)))
                .isEqualTo(
                        "{\"model\":\"nomic\",\"input\":[\"a\",\"b\"],\"truncate\":false,\"dimensions\":256,\"keep_alive\":\"5m\"}");
        assertThat(request("{\"input\":\"a\"}").path("input").asText()).isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"input\":{}}|input",
                "{}|input",
                "{\"input\":[]}|input",
                "{\"input\":[\"a\",null]}|input",
                "{\"input\":\"a\",\"dimensions\":\"x\"}|dimensions",
                "{\"input\":\"a\",\"encoding_format\":\"hex\"}|encoding_format"
            })
    void malformedRequestsAreNamed(String body, String field) {
        assertThatExceptionOfType(MalformedRequestException.class)
                .isThrownBy(() -> request(body))
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"input\":[1,2]}", "{\"input\":[[1,2],[3]]}"})
    void tokensAreNeverDropped(String body) {
        assertThatExceptionOfType(InexpressibleException.class)
                .isThrownBy(() -> OllamaEmbeddings.request(json(body), "nomic", new Losses(ChatDialect.OPENAI, true)))
                .satisfies(e -> assertThat(e.field()).isEqualTo("input"));
    }

    @Test
    void otherFieldsAreLost() {
        Losses losses = new Losses(ChatDialect.OPENAI, true);
        OllamaEmbeddings.request(json("{\"input\":\"a\",\"task\":\"x\"}"), "nomic", losses);

        assertThat(losses.fields()).containsExactly("task");
    }

    @Test
    void readsAnAnswer() {
        OllamaEmbeddingTap tap = new OllamaEmbeddingTap("public", false);

        assertThat(read(tap, ANSWER.getBytes(UTF_8)))
                .isEqualTo("{\"object\":\"list\",\"data\":["
                        + "{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.010071,-1.5,2]},"
                        + "{\"object\":\"embedding\",\"index\":1,\"embedding\":[1e-05,0,-0]}],"
                        + "\"model\":\"public\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}");
        assertThat(tap.complete()).isTrue();
        assertThat(tap.sawContent()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(8, 0, 0, 0));
        assertThat(tap.error()).isNull();
        assertThat(tap.contentType()).isEqualTo("application/json");
    }

    @Test
    void packsVectorsWhereTheClientWantsThat() {
        String vector = "1,-2.5," + "0,".repeat(3_000) + "0.5";
        String answer =
                read(new OllamaEmbeddingTap("m", true), ("{\"embeddings\":[[" + vector + "]]}").getBytes(UTF_8));

        byte[] packed = java.util.Base64.getDecoder()
                .decode(json(answer).at("/data/0/embedding").asText());
        var floats = java.nio.ByteBuffer.wrap(packed)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThat(floats.remaining()).isEqualTo(3_003);
        assertThat(floats.get(0)).isEqualTo(1f);
        assertThat(floats.get(1)).isEqualTo(-2.5f);
        assertThat(floats.get(3_002)).isEqualTo(0.5f);
    }

    @Test
    void readsTheSameCutAnywhere() {
        byte[] answer = ANSWER.getBytes(UTF_8);
        String whole = read(new OllamaEmbeddingTap("m", false), answer);
        for (int at = 0; at <= answer.length; at++) {
            assertThat(read(
                            new OllamaEmbeddingTap("m", false),
                            Arrays.copyOf(answer, at),
                            Arrays.copyOfRange(answer, at, answer.length)))
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<html>|BAD_RESPONSE",
                "[]|BAD_RESPONSE",
                "{}|BAD_RESPONSE",
                "{\"embeddings\":7}|BAD_RESPONSE",
                "{\"embeddings\":[7]}|BAD_RESPONSE",
                "{\"embeddings\":[[\"x\"]]}|BAD_RESPONSE",
                "{\"embeddings\":[[[1]]]}|BAD_RESPONSE",
                "{\"embeddings\":[[1]|BAD_RESPONSE",
                "{\"error\":\"model \\\"x\\\" not found, try pulling it first\"}|MODEL_MISSING"
            })
    void whatIsNoAnswerFails(String body, Kind kind) {
        OllamaEmbeddingTap tap = new OllamaEmbeddingTap("m", false);

        assertThat(read(tap, body.getBytes(UTF_8))).isEmpty();
        assertThat(tap.complete()).isFalse();
        assertThat(Objects.requireNonNull(tap.error()).kind()).isEqualTo(kind);
        assertThat(tap.usage()).isNull();
    }

    @Test
    void nothingIsACutAnswer() {
        OllamaEmbeddingTap tap = new OllamaEmbeddingTap("m", false);

        assertThat(read(tap)).isEmpty();
        assertThat(tap.complete()).isFalse();
        assertThat(tap.error()).isNull();
    }

    @Test
    void mutatedAnswersDoNoHarm() {
        Random random = new Random(1);
        for (int round = 0; round < 5_000; round++) {
            byte[] mutated = ANSWER.getBytes(UTF_8);
            for (int i = 0; i < 3; i++) {
                mutated[random.nextInt(mutated.length)] = (byte) "{}[]\",:0-9e .ax\n".charAt(random.nextInt(16));
            }
            OllamaEmbeddingTap tap = new OllamaEmbeddingTap("m", random.nextBoolean());

            String written = read(tap, mutated);

            assertThat(tap.complete()).isEqualTo(tap.error() == null);
            if (tap.complete()) {
                assertThat(Json.read(written)).isNotNull();
            } else {
                assertThat(written).isEmpty();
            }
        }
    }
}
