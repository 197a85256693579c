package io.sluice.provider.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.domain.Secret;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.provider.UpstreamRequest;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Target, credential, embeddings and errors. */
class OllamaAdapterTest {
    private final OllamaAdapter adapter = new OllamaAdapter();

    private static Candidate candidate(String key) {
        Candidate built = Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> c.url(new BaseUrl(false, "localhost", 11_434, "/ollama"))
                                .redirect("m", "nomic")
                                .parameters(new ParameterRules(Map.of("keep_alive", "\"1h\""), List.of())))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
        Account account = built.account();
        return new Candidate(
                built.channel(),
                new Account(account.id(), account.name(), account.index(), Secret.of(key), account.limits(), null),
                built.model(),
                built.upstreamModel(),
                built.scopes(),
                built.slot());
    }

    private UpstreamRequest encode(String key, Endpoint endpoint, String body) {
        return adapter.encode(
                candidate(key),
                RequestScanner.scan(body.getBytes(UTF_8), endpoint, 64),
                new AnswerTarget("id", "m", false, 0));
    }

    @Test
    void embeddingsGoToTheirPath() {
        UpstreamRequest request = encode("k", Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\"}");

        assertThat(request.uri()).isEqualTo("/ollama/api/embed");
        assertThat(request.headers()).isEqualTo(Map.of("authorization", "Bearer k", "accept", "application/json"));
        assertThat(new String(request.body(), UTF_8))
                .isEqualTo("{\"model\":\"nomic\",\"input\":\"x\",\"truncate\":false,\"keep_alive\":\"1h\"}");
        assertThat(request.answer().tap("application/json; charset=utf-8")).isNotNull();
        assertThat(request.answer().tap("text/html")).isNull();
    }

    @Test
    void anAccountWithoutAKeySendsNone() {
        assertThat(encode("none", Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\"}")
                        .headers())
                .doesNotContainKey("authorization");
    }

    @Test
    void whatOllamaHasNotIsRefused() {
        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> encode("k", Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":[1,2]}"))
                .satisfies(
                        e -> assertThat(((UpstreamFailure) e.failure()).param()).isEqualTo("input"));
        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> encode("k", Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\",\"task\":1}"))
                .satisfies(
                        e -> assertThat(((UpstreamFailure) e.failure()).kind()).isEqualTo(Kind.INEXPRESSIBLE));
        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> encode("k", Endpoint.COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"x\"}"))
                .satisfies(
                        e -> assertThat(((UpstreamFailure) e.failure()).param()).isEqualTo("prompt"));
    }

    @Test
    void malformedEmbeddingsAreTheClientsMistake() {
        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> encode(
                        "k", Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\",\"encoding_format\":\"hex\"}"))
                .satisfies(
                        e -> assertThat(((InvalidRequest) e.failure()).param()).isEqualTo("encoding_format"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|model is required|REQUEST_REJECTED",
                "400|registry.ollama.ai/library/x does not support tools|REQUEST_REJECTED",
                "401|unauthorized|ACCOUNT_REFUSED",
                "402|payment required|ACCOUNT_REFUSED",
                "403|x|MODEL_MISSING",
                "404|model 'x' not found|MODEL_MISSING",
                "429|too many requests|RATE_LIMITED",
                "500|model requires more system memory (9 GiB) than is available (4 GiB)|SERVER_ERROR",
                "500|model 'x' not found, try pulling it first|MODEL_MISSING",
                "502|x|SERVER_ERROR",
                "503|server busy, please try again.  maximum pending requests exceeded|SERVER_ERROR",
                "503|llm server loading model|SERVER_ERROR",
                "302|x|BAD_RESPONSE"
            })
    void knowsTheErrors(int status, String message, Kind kind) {
        UpstreamFailure failure = adapter.classify(
                status,
                MultiMap.caseInsensitiveMultiMap().add("retry-after", "7"),
                ("{\"error\":\"" + message + "\"}").getBytes(UTF_8),
                Instant.EPOCH);

        assertThat(failure.kind()).isEqualTo(kind);
        boolean waits = kind == Kind.RATE_LIMITED || kind == Kind.SERVER_ERROR || status == 402;
        assertThat(failure.retryAfter()).isEqualTo(waits ? Duration.ofSeconds(7) : Duration.ZERO);
    }

    @Test
    void longInputHasTheCodeThatClientsKnow() {
        assertThat(adapter.classify(
                                400,
                                MultiMap.caseInsensitiveMultiMap(),
                                "{\"error\":\"the input exceeds the context length\"}".getBytes(UTF_8),
                                Instant.EPOCH)
                        .code())
                .isEqualTo("context_length_exceeded");
    }
}
