package io.sluice.provider.openai;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.PassedProofs;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.openai.OpenAiCodec;
import io.sluice.domain.dialect.openai.OpenAiVariant;
import io.sluice.domain.dialect.openai.OpenAiVariant.Extension;
import io.sluice.domain.dialect.openai.OpenAiVariant.MaxTokens;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.Preset.Quirk;
import io.sluice.domain.pool.ProviderType;
import io.sluice.provider.Encoding;
import io.sluice.provider.UpstreamRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Requests to every provider whose dialect is OpenAI's: they pass as they came, or are translated to a chat completion. */
public final class OpenAiRequests {
    private static final OpenAiCodec CODEC = new OpenAiCodec();

    private static final List<String> STORED = List.of("previous_response_id", "conversation", "background");
    private static final byte[] ITEM_REFERENCE = "item_reference".getBytes(StandardCharsets.UTF_8);

    private OpenAiRequests() {}

    /**
     * Writes a request.
     *
     * @param uri makes the request target of an endpoint's path, such as {@code /chat/completions}
     * @param headers the credential
     * @throws io.sluice.domain.failure.GatewayException when the request is malformed, or OpenAI has nothing like it
     */
    public static UpstreamRequest encode(
            Candidate candidate,
            RequestScan scan,
            AnswerTarget target,
            UnaryOperator<String> uri,
            Map<String, String> headers) {
        Endpoint asked = scan.endpoint();
        if (asked.dialect() == ChatDialect.OPENAI || asked == Endpoint.RESPONSES && passesResponses(candidate, scan)) {
            PassedProofs body = Encoding.spliced(candidate, scan);
            return new UpstreamRequest(
                    uri.apply(asked.path()), headers, body.body(), Encoding.passing(candidate, scan), body.lost());
        }
        if (asked.kind() != Endpoint.Kind.CHAT) {
            throw Encoding.inexpressible(asked.inputField());
        }
        Preset preset = candidate.channel().preset();
        boolean plain = preset == null && !Encoding.signsCalls(candidate);
        Translation translation = Encoding.translated(
                candidate, scan, asked.dialect(), plain ? CODEC : new OpenAiCodec(variant(candidate)), target);
        if (preset != null && preset.quirks().contains(Quirk.NO_STREAM_OPTIONS)) {
            translation.body().remove("stream_options");
        }
        return new UpstreamRequest(
                uri.apply(Endpoint.CHAT_COMPLETIONS.path()),
                headers,
                Json.write(Encoding.ruled(candidate, translation.body())),
                translation::tap,
                translation.lost());
    }

    private static OpenAiVariant variant(Candidate candidate) {
        Preset preset = candidate.channel().preset();
        Set<Quirk> quirks = preset == null ? Set.of() : preset.quirks();
        Set<Extension> extensions = EnumSet.noneOf(Extension.class);
        if (quirks.contains(Quirk.REASONING_DETAILS)) {
            extensions.add(Extension.REASONING_DETAILS);
        }
        if (Encoding.signsCalls(candidate)) {
            extensions.add(Extension.THOUGHT_SIGNATURES);
        }
        return new OpenAiVariant(
                quirks.contains(Quirk.MAX_TOKENS_ONLY) ? MaxTokens.OLDER : MaxTokens.BY_MODEL, extensions);
    }

    /**
     * Whether a responses request passes as it came: the provider has that API, and the request refers to nothing that is
     * stored there. Stored responses belong to an account, and who knows the id of one may read it: such references are
     * not passed, they are lost aloud in translation.
     */
    private static boolean passesResponses(Candidate candidate, RequestScan scan) {
        Channel channel = candidate.channel();
        boolean has = channel.type() == ProviderType.AZURE
                ? channel.baseUrl().path().endsWith("/openai/v1")
                : channel.baseUrl().host().equals("api.openai.com");
        return has && STORED.stream().allMatch(name -> scan.indexOf(name) < 0) && !holds(scan.body(), ITEM_REFERENCE);
    }

    private static boolean holds(byte[] body, byte[] word) {
        for (int at = 0; at <= body.length - word.length; at++) {
            if (body[at] == word[0] && Arrays.equals(body, at, at + word.length, word, 0, word.length)) {
                return true;
            }
        }
        return false;
    }
}
