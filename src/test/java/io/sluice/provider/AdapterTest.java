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
}
