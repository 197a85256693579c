package io.sluice.provider;

import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.preset.Presets;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An adapter or a preset, as the contract knows it. Its account may have 60 requests and 30 000 tokens a minute.
 *
 * @param name for people, and in the table of errors
 * @param type its adapter
 * @param preset null when it has none
 * @param wire what its provider sends
 * @param host of its base URL
 * @param base path of its base URL
 * @param apiVersion Azure's; null elsewhere
 * @param key what its requests carry; for a key that is made into tokens, the token
 * @param credential where the key stands: a header and a colon, or {@code query}, or {@code signature}
 * @param uri target of a chat that is answered in one
 * @param streamUri target of a chat that is streamed
 * @param learns what the headers of its answers tell of its limits
 */
record Subject(
        String name,
        ProviderType type,
        @Nullable Preset preset,
        Wire wire,
        String host,
        String base,
        @Nullable String apiVersion,
        String key,
        String credential,
        String uri,
        String streamUri,
        Set<Dimension> learns) {
    private static final String BEARER = "authorization: Bearer ";
    private static final Set<Dimension> BOTH = Set.of(Dimension.REQUESTS, Dimension.TOKENS);

    /** Every adapter in every form of it, and every preset. */
    static List<Subject> all() {
        List<Subject> all = new ArrayList<>(adapters());
        for (String name : Presets.NAMES) {
            Preset preset = Presets.of(name);
            Subject like = adapters().stream()
                    .filter(adapter -> adapter.type == preset.type())
                    .findFirst()
                    .orElseThrow();
            all.add(like.as(preset));
        }
        return all;
    }

    private static List<Subject> adapters() {
        return List.of(
                plain(ProviderType.OPENAI, Wire.OPENAI, "/v1", key("sk-proj-"), BEARER, "/v1/chat/completions")
                        .learning(BOTH),
                plain(
                                ProviderType.AZURE,
                                Wire.OPENAI,
                                "/openai/v1",
                                key(""),
                                "api-key: ",
                                "/openai/v1/chat/completions")
                        .learning(Set.of(Dimension.TOKENS)),
                plain(
                                ProviderType.AZURE,
                                Wire.OPENAI,
                                "",
                                key(""),
                                "api-key: ",
                                "/openai/deployments/up/chat/completions?api-version=2024-10-21")
                        .dated()
                        .learning(Set.of(Dimension.TOKENS)),
                plain(
                                ProviderType.ANTHROPIC,
                                Wire.ANTHROPIC,
                                "/v1",
                                key("sk-ant-api03-"),
                                "x-api-key: ",
                                "/v1/messages")
                        .learning(Set.of(Dimension.REQUESTS)),
                plain(
                                ProviderType.GEMINI,
                                Wire.GEMINI,
                                "/v1beta",
                                key("AIzaSy"),
                                "x-goog-api-key: ",
                                "/v1beta/models/up:generateContent")
                        .streamedAt("/v1beta/models/up:streamGenerateContent?alt=sse"),
                plain(
                                ProviderType.GEMINI,
                                Wire.GEMINI,
                                "/v1/projects/p/locations/l/publishers/google",
                                key("ya29."),
                                BEARER,
                                "/v1/projects/p/locations/l/publishers/google/models/up:generateContent")
                        .named("vertex")
                        .streamedAt(
                                "/v1/projects/p/locations/l/publishers/google/models/up:streamGenerateContent?alt=sse"),
                plain(ProviderType.BEDROCK, Wire.BEDROCK, "", key("ABSK"), BEARER, "/model/up/converse")
                        .streamedAt("/model/up/converse-stream"),
                plain(
                                ProviderType.BEDROCK,
                                Wire.BEDROCK,
                                "",
                                "AKIAIOSFODNN7EXAMPLE:" + key(""),
                                "signature",
                                "/model/up/converse")
                        .named("bedrock-signed")
                        .streamedAt("/model/up/converse-stream"),
                plain(
                        ProviderType.DASHSCOPE,
                        Wire.DASHSCOPE,
                        "/api/v1",
                        key("sk-"),
                        BEARER,
                        "/api/v1/services/aigc/text-generation/generation"),
                plain(
                        ProviderType.QIANFAN,
                        Wire.OPENAI,
                        "/v2",
                        "bce-v3/ALTAK-" + key("") + "/0123456789abcdef0123456789abcdef01234567",
                        BEARER,
                        "/v2/chat/completions"),
                plain(
                                ProviderType.QIANFAN,
                                Wire.QIANFAN,
                                "",
                                "access_token=24." + key(""),
                                "query",
                                "/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/up?access_token=24." + key(""))
                        .named("qianfan-older"),
                plain(ProviderType.OLLAMA, Wire.OLLAMA, "", key("ol-"), BEARER, "/api/chat"));
    }

    /** Of the form that services give out: letters in both cases, and digits. */
    private static String key(String prefix) {
        return prefix + "Q7kZ2mV9xT4bN8cR1wL6pS3d";
    }

    private static Subject plain(ProviderType type, Wire wire, String base, String key, String credential, String uri) {
        String host =
                switch (type) {
                    case BEDROCK -> "bedrock-runtime.eu-central-1.amazonaws.com";
                    case OPENAI -> "api.openai.com";
                    default -> "provider.example";
                };
        return new Subject(type.word(), type, null, wire, host, base, null, key, credential, uri, uri, Set.of());
    }

    private Subject named(String newName) {
        return new Subject(
                newName, type, preset, wire, host, base, apiVersion, key, credential, uri, streamUri, learns);
    }

    private Subject dated() {
        return new Subject(
                "azure-dated", type, preset, wire, host, base, "2024-10-21", key, credential, uri, streamUri, learns);
    }

    private Subject streamedAt(String target) {
        return new Subject(name, type, preset, wire, host, base, apiVersion, key, credential, uri, target, learns);
    }

    private Subject learning(Set<Dimension> dimensions) {
        return new Subject(
                name, type, preset, wire, host, base, apiVersion, key, credential, uri, streamUri, dimensions);
    }

    private Subject as(Preset service) {
        return new Subject(
                "preset " + service.name(),
                type,
                service,
                wire,
                "provider.example",
                base,
                apiVersion,
                key,
                credential,
                uri,
                streamUri,
                learns);
    }

    /** What a client's questions are answered with: OpenAI's responses pass where their API is known to be. */
    Wire wire(Client client) {
        return client == Client.RESPONSES && passesResponses() ? Wire.RESPONSES : wire;
    }

    /** Where a client's questions go. */
    String uri(Client client, boolean stream) {
        String target = stream ? streamUri : uri;
        return client == Client.RESPONSES && passesResponses()
                ? target.replace("/chat/completions", "/responses")
                : target;
    }

    private boolean passesResponses() {
        return host.equals("api.openai.com") || type == ProviderType.AZURE && base.endsWith("/openai/v1");
    }

    /** Its adapter. */
    ProviderAdapter adapter() {
        return ProviderAdapters.of(candidate().channel());
    }

    /** Its one account, for the model {@code m} that it has under the name {@code up}. */
    Candidate candidate() {
        Duration minute = Duration.ofMinutes(1);
        LimitSet limits = new LimitSet(
                List.of(new Limit(Dimension.REQUESTS, 60, minute), new Limit(Dimension.TOKENS, 30_000, minute)), 0);
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> (preset == null
                                        ? apiVersion == null ? c.type(type) : c.azure(apiVersion)
                                        : c.preset(preset))
                                .secret(key)
                                .url(new BaseUrl(true, host, 443, base))
                                .account("a", limits)
                                .redirect("m", "up"))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
    }

    @Override
    public String toString() {
        return name;
    }
}
