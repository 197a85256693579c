package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.ProviderType;
import io.sluice.preset.Presets;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.MultiMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written to services by name, and what their errors mean. */
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
    void everyPresetIsAskedBelowItsBase(Preset preset) {
        UpstreamRequest request = encode(candidate(preset, "sk-1", "m"), Endpoint.CHAT_COMPLETIONS, CHAT);

        assertThat(request.uri()).isEqualTo("/base/chat/completions");
        assertThat(request.headers()).isEqualTo(Map.of("authorization", "Bearer sk-1"));
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "mistral|429|{'object':'error','message':'Rate limit exceeded','type':'rate_limited','code':'1300'}|RATE_LIMITED",
                "mistral|429|{'object':'error','message':'Service tier capacity exceeded for this model.','type':'invalid_request_error','code':'3505'}|SERVER_ERROR",
                "groq|400|{'error':{'message':'m','code':'organization_restricted'}}|ACCOUNT_REFUSED",
                "xai|400|{'code':'invalid','error':'Incorrect API key provided: xa***'}|ACCOUNT_REFUSED",
                "together|402|{'error':'credits'}|ACCOUNT_REFUSED",
                "fireworks|412|{'error':{'message':'suspended'}}|ACCOUNT_REFUSED",
                "cerebras|429|{'error':{'message':'m','code':'queue_exceeded'}}|SERVER_ERROR",
                "cerebras|429|{'error':{'message':'m','code':'token_quota_exceeded'}}|RATE_LIMITED",
                "cohere|498|{'id':'1','message':'invalid api token'}|ACCOUNT_REFUSED",
                "cohere|429|{'message':'You are using a Trial key, which is limited to 1000 API calls / month'}|ACCOUNT_REFUSED",
                "vllm|404|{'error':{'message':'The model m does not exist.','type':'NotFoundError','code':404}}|MODEL_MISSING",
                "llama-cpp|503|{'error':{'code':503,'message':'Loading model','type':'unavailable_error'}}|SERVER_ERROR",
                "openrouter|402|{'error':{'code':402,'message':'m'}}|ACCOUNT_REFUSED",
                "perplexity|429|{'error':{'message':'slow'}}|RATE_LIMITED",
            })
    void errorsMeanWhatTheTableSays(String preset, int status, String body, Kind kind) {
        Candidate candidate = candidate(Presets.of(preset), "sk-1", "m");

        assertThat(ProviderAdapters.of(candidate.channel())
                        .classify(
                                status,
                                MultiMap.caseInsensitiveMultiMap(),
                                body.replace('\'', '"').getBytes(UTF_8))
                        .kind())
                .isEqualTo(kind);
    }
}
