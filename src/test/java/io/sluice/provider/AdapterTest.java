package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ProviderType;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.RevisionBuilder.ChannelBuilder;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each adapter writes: target, credential, body. */
class AdapterTest {
    private static UpstreamRequest encode(Endpoint endpoint, UnaryOperator<ChannelBuilder> how) {
        Candidate candidate = Objects.requireNonNull(
                        new RevisionBuilder().channel("c", how).build().models().get("m"))
                .candidates()
                .getFirst();
        String body = "{\"model\":\"m\",\"" + endpoint.inputField() + "\":"
                + (endpoint.inputField().equals("messages") ? "[{\"role\":\"user\",\"content\":\"x\"}]" : "\"x\"")
                + ",\"extra\":1.0}";
        return ProviderAdapters.of(candidate.channel().type())
                .encode(
                        candidate,
                        RequestScanner.scan(body.getBytes(UTF_8), endpoint, 64),
                        new AnswerTarget("id", candidate.model(), false, 0));
    }

    private static BaseUrl url(String path) {
        return new BaseUrl(true, "example.com", 443, path);
    }

    @ParameterizedTest
    @EnumSource(names = {"CHAT_COMPLETIONS", "COMPLETIONS", "EMBEDDINGS"})
    void openAiHasTheEndpointBelowTheBase(Endpoint endpoint) {
        UpstreamRequest request = encode(endpoint, c -> c.url(url("/some/v1")).serves("m"));

        assertThat(request.uri()).isEqualTo("/some/v1" + endpoint.path());
        assertThat(request.headers()).isEqualTo(Map.of("authorization", "Bearer CANARY-c-a"));
    }

    @Test
    void openAiHasNoCountOfTokens() {
        assertThatThrownBy(() -> encode(
                        Endpoint.COUNT_MESSAGE_TOKENS, c -> c.url(url("/v1")).serves("m")))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(e.failure())
                        .isInstanceOfSatisfying(UpstreamFailure.class, failure -> assertThat(failure.kind())
                                .isEqualTo(UpstreamFailure.Kind.INEXPRESSIBLE)));
    }

    @Test
    void openAiSendsTheUpstreamNameAndLeavesTheRest() {
        UpstreamRequest request = encode(Endpoint.CHAT_COMPLETIONS, c -> c.redirect("m", "gpt-4o-2024"));

        assertThat(new String(request.body(), UTF_8))
                .isEqualTo(
                        "{\"model\":\"gpt-4o-2024\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"extra\":1.0}");
    }

    @ParameterizedTest
    @CsvSource({
        "'', CHAT_COMPLETIONS, /openai/deployments/d/chat/completions?api-version=2024-10-21",
        "/gateway, EMBEDDINGS, /gateway/openai/deployments/d/embeddings?api-version=2024-10-21",
        "'', COMPLETIONS, /openai/deployments/d/completions?api-version=2024-10-21",
        "'', IMAGE_GENERATIONS, /openai/deployments/d/images/generations?api-version=2024-10-21",
        "/openai/v1, SPEECH, /openai/v1/audio/speech?api-version=2024-10-21",
        "/openai/v1, CHAT_COMPLETIONS, /openai/v1/chat/completions?api-version=2024-10-21"
    })
    void azureHasTheDeploymentInThePath(String base, Endpoint endpoint, String target) {
        UpstreamRequest request =
                encode(endpoint, c -> c.url(url(base)).azure("2024-10-21").redirect("m", "d"));

        assertThat(request.uri()).isEqualTo(target);
        assertThat(request.headers()).isEqualTo(Map.of("api-key", "CANARY-c-a"));
    }

    @Test
    void azureWithoutAVersionHasNoQuery() {
        UpstreamRequest request = encode(
                Endpoint.CHAT_COMPLETIONS,
                c -> c.url(url("/openai/v1")).azure(null).redirect("m", "d"));

        assertThat(request.uri()).isEqualTo("/openai/v1/chat/completions");
        assertThat(new String(request.body(), UTF_8)).contains("\"model\":\"d\"");
    }

    /** H-12: what a name holds stays one path segment. */
    @ParameterizedTest
    @ValueSource(strings = {"x/../..", "a?key=1#", "a b", "a\r\nHost: evil", "a%2fb", "a;b", "ä", "..%2f", "a\\b"})
    void azureEscapesTheDeployment(String deployment) {
        UpstreamRequest request = encode(
                Endpoint.CHAT_COMPLETIONS,
                c -> c.url(url("")).azure("2024-10-21").redirect("m", deployment));

        assertThat(request.uri())
                .matches("/openai/deployments/[A-Za-z0-9%._*-]+/chat/completions\\?api-version=2024-10-21");
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeHasOne(ProviderType type) {
        assertThat(ProviderAdapters.of(type)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "BEDROCK, bedrock-runtime.us-east-1.amazonaws.com, '', https://bedrock.us-east-1.amazonaws.com/foundation-models",
        "BEDROCK, bedrock-runtime-fips.us-east-1.amazonaws.com, '', https://bedrock-fips.us-east-1.amazonaws.com/foundation-models",
        "BEDROCK, vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com, '', https://vpce-1.bedrock.eu-west-1.vpce.amazonaws.com/foundation-models",
        "GEMINI, example.com, '', https://example.com/v1beta/models?pageSize=1000&pageToken=next%26",
        "GEMINI, example.com, /v1/projects/p/locations/l/publishers/google, https://example.com/v1beta1/publishers/google/models?pageSize=1000&pageToken=next%26",
        "ANTHROPIC, example.com, '', https://example.com/v1/models?limit=1000&after_id=next%26",
        "AZURE, example.com, '', https://example.com/openai/models?api-version=2024-10-21",
        "DASHSCOPE, example.com, /api/v1, https://example.com/compatible-mode/v1/models",
        "OLLAMA, example.com, '', https://example.com/api/tags"
    })
    void modelsAreAskedForWhereTheProviderHasItsList(ProviderType type, String host, String path, String url) {
        Candidate candidate = Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> (type == ProviderType.AZURE ? c.azure("2024-10-21") : c.type(type))
                                .url(new BaseUrl(true, host, 443, path))
                                .secret(type == ProviderType.BEDROCK ? "AKIDEXAMPLE:secret" : "key")
                                .serves("m"))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();

        ModelsCall call = ProviderAdapters.of(type).models(candidate, "next&", 0);

        assertThat("https://" + call.server().authority() + call.uri()).isEqualTo(url);
        assertThat(call.headers()).isNotEmpty().doesNotContainKey("host");
    }
}
