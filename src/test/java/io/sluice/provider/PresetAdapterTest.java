package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.ProviderType;
import io.sluice.preset.Presets;
import io.sluice.testkit.RevisionBuilder;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where what is written to services by name differs. */
class PresetAdapterTest {
    private static final String CHAT = "{'model':'m','messages':[{'role':'user','content':'x'}]}";
    private static final String MESSAGE =
            "{'model':'m','max_tokens':9,'stream':true,'messages':[{'role':'user','content':'x'}]}";

    static Stream<Preset> ofOpenAiType() {
        return Presets.NAMES.stream().map(Presets::of).filter(preset -> preset.type() == ProviderType.OPENAI);
    }

    private static Candidate candidate(Preset preset, String key, String upstream) {
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> c.preset(preset)
                                .secret(key)
                                .url(new BaseUrl(true, "example.com", 443, "/base"))
                                .redirect("m", upstream))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
    }

    private static UpstreamRequest encode(Candidate candidate, Endpoint endpoint, String body) {
        return ProviderAdapters.of(candidate.channel())
                .encode(
                        candidate,
                        RequestScanner.scan(body.replace('\'', '"').getBytes(UTF_8), endpoint, 64),
                        new AnswerTarget("id", candidate.model(), false, 0));
    }

    @ParameterizedTest
    @MethodSource("ofOpenAiType")
    void everyPresetIsAskedAsTheClientAsks(Preset preset) {
        UpstreamRequest request = encode(candidate(preset, "sk-1", "m"), Endpoint.CHAT_COMPLETIONS, CHAT);

        assertThat(new String(request.body(), UTF_8)).isEqualTo(CHAT.replace('\'', '"'));
    }

    @ParameterizedTest
    @MethodSource("ofOpenAiType")
    void keyNoneIsNoCredentialWhereNoneIsNeeded(Preset preset) {
        boolean sent = preset.auth() == Preset.Auth.BEARER;

        assertThat(encode(candidate(preset, "none", "m"), Endpoint.CHAT_COMPLETIONS, CHAT)
                        .headers()
                        .containsKey("authorization"))
                .isEqualTo(sent);
    }

    @ParameterizedTest
    @MethodSource("ofOpenAiType")
    void quirksShapeTranslatedRequests(Preset preset) {
        String body = new String(
                encode(candidate(preset, "sk-1", "o3"), Endpoint.MESSAGES, MESSAGE)
                        .body(),
                UTF_8);

        boolean older = preset.quirks().contains(Preset.Quirk.MAX_TOKENS_ONLY);
        assertThat(body).contains(older ? "\"max_tokens\":9" : "\"max_completion_tokens\":9");
        assertThat(body.contains("stream_options"))
                .isNotEqualTo(preset.quirks().contains(Preset.Quirk.NO_STREAM_OPTIONS));
    }

    @ParameterizedTest
    @MethodSource("ofOpenAiType")
    void usageIsAskedForWhereThatIsKnown(Preset preset) {
        String body = new String(
                encode(
                                candidate(preset, "sk-1", "m"),
                                Endpoint.CHAT_COMPLETIONS,
                                CHAT.replace("'model'", "'stream':true,'model'"))
                        .body(),
                UTF_8);

        assertThat(body.contains("stream_options"))
                .isNotEqualTo(preset.quirks().contains(Preset.Quirk.NO_STREAM_OPTIONS));
    }

    @Test
    void embeddingsThatAServiceDoesNotHaveAreRefused() {
        assertThatThrownBy(() -> encode(
                        candidate(Presets.of("deepseek"), "sk-1", "m"),
                        Endpoint.EMBEDDINGS,
                        "{'model':'m','input':'x'}"))
                .isInstanceOf(GatewayException.class);
    }
}
