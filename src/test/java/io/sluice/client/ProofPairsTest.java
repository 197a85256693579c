package io.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Dialects;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ProviderType;
import io.sluice.preset.Presets;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.UpstreamRequest;
import io.sluice.provider.anthropic.AnthropicAdapter;
import io.sluice.provider.bedrock.BedrockAdapter;
import io.sluice.provider.dashscope.DashScopeAdapter;
import io.sluice.provider.gemini.GeminiAdapter;
import io.sluice.provider.ollama.OllamaAdapter;
import io.sluice.provider.openai.OpenAiAdapter;
import io.sluice.provider.qianfan.QianfanAdapter;
import io.sluice.testkit.RevisionBuilder;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Thinking of every maker, in the hands of every client, then sent to every provider: it arrives at its maker alone. */
class ProofPairsTest {
    private static final String SIGNATURE = "UHJvb2ZPZk9uZU1ha2Vy";
    private static final String HIDDEN = "SGlkZGVuRnJvbU90aGVycw==";

    /** Where the second turn goes, and what it takes. */
    private enum Target {
        ANTHROPIC(ProviderType.ANTHROPIC, "api.anthropic.com", "/v1", "claude-sonnet-4-5", Maker.ANTHROPIC),
        BEDROCK(
                ProviderType.BEDROCK,
                "bedrock-runtime.us-east-1.amazonaws.com",
                "",
                "anthropic.claude-sonnet-4-5-20250929-v1:0",
                Maker.ANTHROPIC),
        GEMINI(ProviderType.GEMINI, "generativelanguage.googleapis.com", "/v1beta", "gemini-3-pro", Maker.GEMINI),
        OPENAI(ProviderType.OPENAI, "api.openai.com", "/v1", "gpt-5", Maker.OPENAI),
        OPENROUTER(ProviderType.OPENAI, "openrouter.ai", "/api/v1", "a/b", Maker.OPENROUTER),
        DASHSCOPE(ProviderType.DASHSCOPE, "dashscope.aliyuncs.com", "/api/v1", "qwen-plus", Maker.OTHER),
        QIANFAN(ProviderType.QIANFAN, "aip.baidubce.com", "/rpc/2.0/ai_custom/v1", "ernie-4.5", Maker.OTHER),
        OLLAMA(ProviderType.OLLAMA, "localhost", "", "llama3.2", Maker.OTHER);

        private final ProviderType type;
        private final BaseUrl url;
        private final String model;
        private final Maker takes;

        Target(ProviderType type, String host, String path, String model, Maker takes) {
            this.type = type;
            this.url = new BaseUrl(true, host, 443, path);
            this.model = model;
            this.takes = takes;
        }

        ProviderAdapter adapter() {
            return switch (this) {
                case ANTHROPIC -> new AnthropicAdapter();
                case BEDROCK -> new BedrockAdapter();
                case GEMINI -> new GeminiAdapter();
                case OPENAI -> new OpenAiAdapter();
                case OPENROUTER -> new OpenAiAdapter(Presets.of("openrouter"));
                case DASHSCOPE -> new DashScopeAdapter();
                case QIANFAN -> new QianfanAdapter();
                case OLLAMA -> new OllamaAdapter();
            };
        }

        Candidate candidate() {
            return Objects.requireNonNull(new RevisionBuilder()
                            .channel("c", c -> {
                                c.type(type).url(url).redirect("m", model);
                                return this == OPENROUTER ? c.preset(Presets.of("openrouter")) : c;
                            })
                            .build()
                            .models()
                            .get("m"))
                    .candidates()
                    .getFirst();
        }
    }

    static Stream<Arguments> all() {
        return Stream.of(ClientDialect.values()).flatMap(client -> Stream.of(Maker.values())
                .flatMap(maker -> Stream.of(Target.values()).map(target -> Arguments.of(client, maker, target))));
    }

    private static Endpoint endpoint(ClientDialect client) {
        return switch (client) {
            case OPENAI -> Endpoint.CHAT_COMPLETIONS;
            case RESPONSES -> Endpoint.RESPONSES;
            case ANTHROPIC -> Endpoint.MESSAGES;
            case GEMINI -> Endpoint.GENERATE_CONTENT;
        };
    }

    /** What the client is answered by a model of the maker. */
    private static JsonNode answer(ClientDialect client, Maker maker, boolean shown) throws Exception {
        Endpoint endpoint = endpoint(client);
        byte[] asked = client.thinking(client.toolQuestion("m", false)).getBytes(UTF_8);
        AnswerEncoder encoder = Dialects.client(endpoint.dialect())
                .answerEncoder(
                        Translation.read(scan(endpoint, asked), endpoint.dialect()),
                        new AnswerTarget("id", "m", false, 0));
        Proof proof = new Proof(maker, value(maker, SIGNATURE));
        List<ChatEvent> thought = shown
                ? List.of(new ChatEvent.Thinking(0, "Hm"), new ChatEvent.ThinkingSignature(0, proof))
                : List.of(new ChatEvent.HiddenThinking(0, new Proof(maker, value(maker, HIDDEN))));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        encoder.encode(new ChatEvent.Start("x", "y", 0), out::writeBytes);
        thought.forEach(event -> encoder.encode(event, out::writeBytes));
        for (ChatEvent event : List.of(
                new ChatEvent.ToolCall(0, 0, "call_1", "get_weather", maker == Maker.GEMINI ? proof : null),
                new ChatEvent.ToolArguments(0, 0, "{\"city\":\"Paris\"}"),
                new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                new ChatEvent.End())) {
            encoder.encode(event, out::writeBytes);
        }
        out.writeBytes(encoder.last());
        return Objects.requireNonNull(Json.read(out.toByteArray(), 0, out.size()));
    }

    private static String value(Maker maker, String value) {
        return maker == Maker.OPENAI ? "rs_1." + value : value;
    }

    private static RequestScan scan(Endpoint endpoint, byte[] body) {
        if (endpoint != Endpoint.GENERATE_CONTENT) {
            return RequestScanner.scan(body, endpoint, 64);
        }
        RequestScan.Members none = new RequestScan.Members(0, new int[0], 0);
        return new RequestScan(
                body, endpoint, RequestHead.ofPath("m", false, false), none, "m", false, false, -1, 1, 1, 0);
    }

    private static UpstreamRequest second(ClientDialect client, JsonNode answer, Target target) {
        String asked = client.toolResult("m", answer, "19 degrees");
        // Models that take no proofs are not asked to think: some of them cannot.
        byte[] body = (target.takes == Maker.OTHER ? asked : client.thinking(asked)).getBytes(UTF_8);
        Candidate candidate = target.candidate();
        return target.adapter().encode(candidate, scan(endpoint(client), body), new AnswerTarget("id2", "m", false, 0));
    }

    @ParameterizedTest(name = "{0}: {1} to {2}")
    @MethodSource("all")
    void signatureArrivesAtItsMakerAlone(ClientDialect client, Maker maker, Target target) throws Exception {
        UpstreamRequest request = second(client, answer(client, maker, true), target);

        String body = new String(request.body(), UTF_8);
        assertThat(body).doesNotContain("sluice.", "c2x1aWNl").contains("19 degrees");
        boolean takes = takes(client, maker, target);
        assertThat(body.contains(SIGNATURE)).as(body).isEqualTo(takes);
        assertThat(body.contains("skip_thought_signature_validator")).isEqualTo(target == Target.GEMINI && !takes);
        assertThat(request.lost().stream().anyMatch(ProofPairsTest::isProof))
                .as(request.lost().toString())
                .isEqualTo(!takes);
    }

    @ParameterizedTest(name = "{0}: {1} to {2}")
    @MethodSource("all")
    void hiddenThinkingArrivesAtItsMakerAlone(ClientDialect client, Maker maker, Target target) throws Exception {
        if (maker == Maker.GEMINI) {
            return; // hides nothing
        }
        String body =
                new String(second(client, answer(client, maker, false), target).body(), UTF_8);

        boolean takes = target == Target.BEDROCK ? maker == Maker.BEDROCK : takes(client, maker, target);
        assertThat(body).doesNotContain("sluice.", "c2x1aWNl").contains("19 degrees");
        assertThat(body.contains(HIDDEN)).as(body).isEqualTo(takes);
    }

    private static boolean takes(ClientDialect client, Maker maker, Target target) {
        if (maker == Maker.OPENROUTER && client == ClientDialect.OPENAI && passes(target)) {
            // Their own dialect: it passes as it came.
            return true;
        }
        // OpenAI's chats have no place for what its responses seal.
        return maker != Maker.OTHER
                && target.takes == maker
                && (target != Target.OPENAI || client == ClientDialect.RESPONSES);
    }

    private static boolean passes(Target target) {
        return target == Target.OPENAI || target == Target.OPENROUTER || target == Target.QIANFAN;
    }

    private static boolean isProof(String field) {
        return List.of(
                        "messages.reasoning_details",
                        "input.encrypted_content",
                        "messages.content.thinking.signature",
                        "contents.parts.thoughtSignature")
                .contains(field);
    }
}
