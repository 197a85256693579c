package io.sluice.provider.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.PassedProofs;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.openai.OpenAiCodec;
import io.sluice.domain.dialect.openai.OpenAiVariant;
import io.sluice.domain.dialect.openai.OpenAiVariant.Extension;
import io.sluice.domain.dialect.openai.OpenAiVariant.MaxTokens;
import io.sluice.domain.dialect.responses.ResponsesCodec;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.StoredReferences;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.Preset.Quirk;
import io.sluice.domain.stored.StoredCall;
import io.sluice.provider.Encoding;
import io.sluice.provider.SocketRequest;
import io.sluice.provider.UpstreamRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Requests to every provider whose dialect is OpenAI's: they pass as they came, or are translated to a chat completion. */
public final class OpenAiRequests {
    private static final OpenAiCodec CODEC = new OpenAiCodec();
    private static final ResponsesCodec RESPONSES = new ResponsesCodec();

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
        StoredCall stored = scan.head().stored();
        if (stored != null) {
            return new UpstreamRequest(
                    uri.apply(asked.path() + stored.target()), headers, scan.body(), Encoding.passing(candidate, scan));
        }
        if (asked.dialect() == ChatDialect.OPENAI || asked == Endpoint.RESPONSES && passesResponses(candidate, scan)) {
            PassedProofs body = shaped(candidate, scan, Encoding.spliced(candidate, scan));
            return new UpstreamRequest(
                    uri.apply(asked.path()),
                    headers,
                    body.body(),
                    Encoding.asAsked(
                            scan,
                            asked == Endpoint.RESPONSES ? RESPONSES : CODEC,
                            target,
                            Encoding.passing(candidate, scan)),
                    body.lost());
        }
        if (Encoding.isGeminiVectors(scan)) {
            return Encoding.vectors(
                    candidate,
                    scan,
                    uri.apply(Endpoint.EMBEDDINGS.path()),
                    headers,
                    request -> request.openAi(candidate.upstreamModel()),
                    UpstreamErrors::inAnswer);
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
        List<String> lost = shaped(candidate, asked.dialect(), Set.of(), translation.body(), translation.lost());
        return new UpstreamRequest(
                uri.apply(Endpoint.CHAT_COMPLETIONS.path()),
                headers,
                Json.write(Encoding.ruled(candidate, translation.body())),
                translation::tap,
                lost);
    }

    /** A request that passes, as the quirks of its service want it; the same when they do not concern it. */
    private static PassedProofs shaped(Candidate candidate, RequestScan scan, PassedProofs passed) {
        Preset preset = candidate.channel().preset();
        if (preset == null
                || scan.endpoint() != Endpoint.CHAT_COMPLETIONS
                || !QuirkRules.concern(preset.quirks(), scan)
                || !(Json.read(passed.body(), 0, passed.body().length) instanceof ObjectNode body)) {
            return passed;
        }
        ObjectNode before = body.deepCopy();
        Set<String> ruled = candidate.parameters().set().keySet();
        List<String> lost = shaped(candidate, ChatDialect.OPENAI, ruled, body, passed.lost());
        return body.equals(before) ? passed : new PassedProofs(Json.write(body), lost);
    }

    private static List<String> shaped(
            Candidate candidate, ChatDialect client, Set<String> ruled, ObjectNode body, List<String> lost) {
        Preset preset = candidate.channel().preset();
        if (preset == null) {
            return lost;
        }
        Losses losses = new Losses(client, candidate.channel().lenient());
        lost.forEach(losses::weaken);
        return Encoding.carried(() -> {
            QuirkRules.apply(preset.quirks(), ruled, losses, body);
            return losses.fields();
        });
    }

    /**
     * What a request must carry the bytes of: chat completions have addresses for pictures alone.
     *
     * @return empty where it passes as it came
     */
    public static Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        Endpoint asked = scan.endpoint();
        boolean translates = asked.kind() == Endpoint.Kind.CHAT
                && asked.dialect() != ChatDialect.OPENAI
                && !(asked == Endpoint.RESPONSES && passesResponses(candidate, scan));
        return translates ? Set.of(MediaKind.DOCUMENT, MediaKind.AUDIO) : Set.of();
    }

    /**
     * Asks for a realtime session.
     *
     * @param uri request target
     * @param headers the credential
     * @param beta whether the client speaks the events of the API's beta
     */
    public static SocketRequest realtime(String uri, Map<String, String> headers, boolean beta) {
        Map<String, String> all = new HashMap<>(headers);
        if (beta) {
            all.put("openai-beta", "realtime=v1");
        }
        return new SocketRequest(uri, all);
    }

    /** A text as it may stand in a path or a query. */
    public static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static OpenAiVariant variant(Candidate candidate) {
        Preset preset = candidate.channel().preset();
        Set<Quirk> quirks = preset == null ? Set.of() : preset.quirks();
        Set<Extension> extensions = EnumSet.noneOf(Extension.class);
        if (quirks.contains(Quirk.REASONING_DETAILS)) {
            extensions.add(Extension.REASONING_DETAILS);
        }
        if (quirks.contains(Quirk.ENABLE_THINKING)) {
            extensions.add(Extension.ENABLE_THINKING);
        }
        if (quirks.contains(Quirk.THINKING_TYPE)) {
            extensions.add(Extension.THINKING_TYPE);
        }
        if (Encoding.signsCalls(candidate)) {
            extensions.add(Extension.THOUGHT_SIGNATURES);
        }
        return new OpenAiVariant(
                quirks.contains(Quirk.MAX_TOKENS_ONLY) ? MaxTokens.OLDER : MaxTokens.BY_MODEL, extensions);
    }

    /**
     * Whether a responses request passes as it came: the provider has that API, and the request refers to nothing that is
     * kept there and nobody can be shown to own. Who knows the id of such a thing may read it: it is not passed, it is lost
     * aloud in translation. A previous response is the caller's own when it comes here.
     */
    private static boolean passesResponses(Candidate candidate, RequestScan scan) {
        return candidate.channel().responses() == Channel.Responses.NATIVE && !StoredReferences.isIn(scan);
    }
}
