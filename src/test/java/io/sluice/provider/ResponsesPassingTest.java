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
import io.sluice.domain.sse.ResponsesTap;
import io.sluice.testkit.RevisionBuilder;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses requests to a provider that speaks them. */
class ResponsesPassingTest {
    private static UpstreamRequest encode(String body) {
        return encode("api.openai.com", body);
    }

    private static UpstreamRequest encode(String host, String body) {
        Candidate candidate = Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> c.url(new BaseUrl(true, host, 443, "/v1"))
                                .redirect("m", "up-1"))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
        return ProviderAdapters.of(candidate.channel().type())
                .encode(
                        candidate,
                        RequestScanner.scan(body.getBytes(UTF_8), Endpoint.RESPONSES, 64),
                        new AnswerTarget("id", "m", false, 0));
    }

    @Test
    void passWithoutAWishForUsage() {
        UpstreamRequest request = encode("{\"model\":\"m\", \"stream\":true,\"input\":\"x\"}");

        assertThat(new String(request.body(), UTF_8))
                .isEqualTo("{\"model\":\"up-1\", \"stream\":true,\"input\":\"x\"}");
        assertThat(request.answer().tap("text/event-stream")).isInstanceOf(ResponsesTap.class);
    }

    @Test
    void passWithoutTheReasoningOfOthers() {
        UpstreamRequest request = encode(
                "{\"model\":\"m\",\"input\":[{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"sluice.anthropic-hidden.X\"},"
                        + "{\"role\":\"user\",\"content\":\"x\"}]}");

        assertThat(new String(request.body(), UTF_8))
                .isEqualTo("{\"model\":\"up-1\",\"input\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    }

    @Test
    void areTranslatedForAServerThatPerhapsHasNoSuchApi() {
        UpstreamRequest request = encode("llm.example.org", "{\"model\":\"m\",\"input\":\"x\"}");

        assertThat(request.uri()).isEqualTo("/v1/chat/completions");
        assertThat(new String(request.body(), UTF_8))
                .isEqualTo("{\"model\":\"up-1\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    }

    /** What the ingress has made sure of, and what only looks like a reference. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"m\",\"input\":\"x\",\"previous_response_id\":\"resp_1\"}",
                "{\"model\":\"m\",\"input\":\"x\",\"background\":true}",
                "{\"model\":\"m\",\"input\":\"x\",\"conversation\":null}",
                "{\"model\":\"m\",\"input\":\"item_reference\"}",
                "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"item_reference\",\"id\":\"msg_1\"}]}",
                "{\"model\":\"m\",\"input\":[{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"user\",\"content\":[]}]}"
            })
    void passWithWhatIsTheCallersOwn(String body) {
        UpstreamRequest request = encode(body);

        assertThat(request.uri()).isEqualTo("/v1/responses");
        assertThat(new String(request.body(), UTF_8)).isEqualTo(body.replace("\"m\"", "\"up-1\""));
    }

    /** What is stored with an account may be another key's. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"m\",\"input\":\"x\",\"conversation\":\"conv_1\"}",
                "{\"model\":\"m\",\"input\":\"x\",\"conversation\":{\"id\":\"conv_1\"}}",
                "{\"model\":\"m\",\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]}",
                "{\"model\":\"m\",\"input\":[{\"id\":\"msg_1\",\"type\":\"item\\u005freference\"}]}"
            })
    void referToNothingStored(String body) {
        assertThatThrownBy(() -> encode(body))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(e.failure())
                        .isInstanceOfSatisfying(UpstreamFailure.class, failure -> assertThat(failure.kind())
                                .isEqualTo(UpstreamFailure.Kind.INEXPRESSIBLE)));
    }
}
