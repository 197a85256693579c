package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiEmbeddingsTest {
    private static GeminiEmbeddings of(String rest, boolean lenient, boolean vertex) {
        byte[] body = ("{\"model\":\"m\"," + rest + "}").getBytes(UTF_8);
        return GeminiEmbeddings.of(
                RequestScanner.scan(body, Endpoint.EMBEDDINGS, 64),
                "gemini-embedding-001",
                lenient,
                vertex,
                new AnswerTarget("id", "public", false, 0));
    }

    private static ResponseTap read(GeminiEmbeddings embeddings, String answer) {
        ResponseTap tap = embeddings.tap();
        ResponseTap.Sink nothing = new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                throw new AssertionError("nothing passes");
            }

            @Override
            public void write(byte[] bytes) {
                throw new AssertionError("nothing passes");
            }
        };
        for (byte b : answer.getBytes(UTF_8)) {
            tap.feed(new byte[] {b}, nothing);
        }
        tap.end(nothing);
        return tap;
    }

    @Test
    void oneRequestForEachText() {
        GeminiEmbeddings embeddings = of("\"input\":[\"a\",\"b\"],\"dimensions\":768,\"user\":\"u\"", false, false);

        assertThat(Json.text(embeddings.body())).isEqualTo("""
                {"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},"outputDimensionality":768},\
                {"model":"models/gemini-embedding-001","content":{"parts":[{"text":"b"}]},"outputDimensionality":768}]}""");
    }

    @Test
    void vertexPredicts() {
        assertThat(Json.text(of("\"input\":\"a\",\"dimensions\":8", false, true).body()))
                .isEqualTo("{\"instances\":[{\"content\":\"a\"}],\"parameters\":{\"outputDimensionality\":8}}");
    }

    @Test
    void answersAsOpenAiDoes() {
        ResponseTap tap = read(
                of("\"input\":[\"a\",\"b\"]", false, false),
                "{\"embeddings\":[{\"values\":[0.10,-1]},{\"values\":[2]}],\"usageMetadata\":{\"promptTokenCount\":6}}");

        assertThat(new String(tap.last(), UTF_8)).isEqualTo("""
                {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10,-1]},\
                {"object":"embedding","index":1,"embedding":[2]}],"model":"public","usage":{"prompt_tokens":6,"total_tokens":6}}""");
        assertThat(tap.usage()).isEqualTo(new TokenUsage(6, 0, 0, 0));
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void base64AndAnEstimateWhereNothingIsCounted() {
        ResponseTap tap = read(
                of("\"input\":\"a\",\"encoding_format\":\"base64\"", false, true),
                "{\"predictions\":[{\"embeddings\":{\"values\":[1.0,-2.0]}}]}");

        assertThat(new String(tap.last(), UTF_8)).contains("\"embedding\":\"AACAPwAAAMA=\"");
        assertThat(tap.usage()).isNull();
        assertThat(Json.read(tap.last(), 0, tap.last().length)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"embeddings\":[{}]}", "[]", "x", "{\"error\":{\"code\":500,\"message\":\"m\"}}"})
    void whatIsNoAnswerIsAnError(String answer) {
        ResponseTap tap = read(of("\"input\":\"a\"", false, false), answer);

        UpstreamFailure error = tap.error();
        assertThat(error).isNotNull();
        assertThat(error.kind()).isIn(Kind.BAD_RESPONSE, Kind.SERVER_ERROR);
        assertThat(tap.complete()).isFalse();
    }

    @Test
    void tokensCannotBeCarried() {
        assertThatThrownBy(() -> of("\"input\":[[1,2]]", false, false)).isInstanceOf(InexpressibleException.class);
        assertThatThrownBy(() -> of("\"input\":[[1,2]]", true, false)).isInstanceOf(GatewayException.class);
    }

    @Test
    void unknownFieldsAreLost() {
        assertThat(of("\"input\":\"a\",\"x\":1", true, false).lost()).containsExactly("x");
    }
}
