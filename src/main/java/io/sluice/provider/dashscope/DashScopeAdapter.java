package io.sluice.provider.dashscope;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.dashscope.DashScopeCodec;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.preset.Presets;
import io.sluice.provider.Encoding;
import io.sluice.provider.ModelsCall;
import io.sluice.provider.ModelsPage;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.UpstreamRequest;
import io.sluice.provider.openai.OpenAiErrors;
import io.sluice.provider.preset.TableErrors;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Alibaba DashScope, native (Model Studio API reference, 2026). The base URL is the host's, with or without {@code
 * /api/v1}. Chats go to the endpoint for text or for more than text, after what their messages hold. Embeddings and
 * completions of OpenAI's clients pass as they came, to the same host's mode that is compatible with OpenAI.
 */
public final class DashScopeAdapter implements ProviderAdapter {
    private static final String NATIVE = "/api/v1";
    private static final String COMPATIBLE = "/compatible-mode/v1";
    private static final String RERANK = "/compatible-api/v1/reranks";
    private static final String GENERATION = "/services/aigc/text-generation/generation";
    private static final String MULTIMODAL = "/services/aigc/multimodal-generation/generation";

    /** What stands beside the parameters in a body. */
    private static final Set<String> TOP = Set.of("model", "input", "parameters");

    private final ErrorTable errors = Presets.of("dashscope").errors().before(OpenAiErrors.TABLE);
    private final DashScopeCodec codec = new DashScopeCodec(errors);

    @Override
    public Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        return scan.endpoint().kind() == Endpoint.Kind.CHAT ? Set.of(MediaKind.TEXT) : Set.of();
    }

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Endpoint endpoint = scan.endpoint();
        if (endpoint.kind() == Endpoint.Kind.CHAT) {
            return chat(candidate, scan, target);
        }
        if (endpoint.dialect() == ChatDialect.OPENAI) {
            return new UpstreamRequest(
                    root(candidate) + (endpoint == Endpoint.RERANK ? RERANK : COMPATIBLE + endpoint.path()),
                    headers(candidate, false),
                    Encoding.spliced(candidate, scan).body(),
                    Encoding.passing(candidate, scan));
        }
        if (Encoding.isGeminiVectors(scan)) {
            return Encoding.vectors(
                    candidate,
                    scan,
                    root(candidate) + COMPATIBLE + Endpoint.EMBEDDINGS.path(),
                    headers(candidate, false),
                    request -> request.openAi(candidate.upstreamModel()),
                    UpstreamErrors::inAnswer);
        }
        throw Encoding.inexpressible(endpoint.word());
    }

    private UpstreamRequest chat(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Translation translation =
                Encoding.translated(candidate, scan, scan.endpoint().dialect(), codec, target);
        ObjectNode body = ruled(candidate, translation.body());
        return new UpstreamRequest(
                root(candidate) + NATIVE + (DashScopeCodec.isMultimodal(body) ? MULTIMODAL : GENERATION),
                headers(candidate, DashScopeCodec.isStream(body)),
                Json.write(body),
                translation::tap,
                translation.lost());
    }

    private static String root(Candidate candidate) {
        String path = candidate.channel().baseUrl().path();
        return path.endsWith(NATIVE) ? path.substring(0, path.length() - NATIVE.length()) : path;
    }

    private static Map<String, String> headers(Candidate candidate, boolean stream) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("authorization", "Bearer " + candidate.account().key().reveal());
        if (stream) {
            headers.put("x-dashscope-sse", "enable");
        }
        return headers;
    }

    /** The channel's rules are about parameters, but for the few fields beside them. */
    private static ObjectNode ruled(Candidate candidate, ObjectNode body) {
        ParameterRules rules = candidate.parameters();
        ObjectNode parameters = body.withObject("/parameters");
        rules.remove().forEach(field -> (TOP.contains(field) ? body : parameters).remove(field));
        rules.set().forEach((field, json) -> (TOP.contains(field) ? body : parameters).set(field, Json.read(json)));
        rules.defaults().forEach((field, json) -> {
            ObjectNode owner = TOP.contains(field) ? body : parameters;
            if (!owner.has(field)) {
                owner.set(field, Json.read(json));
            }
        });
        return body;
    }

    /** The native API has no list; the mode that is compatible with OpenAI has. */
    @Override
    public ModelsCall models(Candidate candidate, String page, long seconds) {
        return new ModelsCall(
                candidate.channel().baseUrl(),
                root(candidate) + COMPATIBLE + "/models",
                headers(candidate, false),
                ModelsPage::ofData);
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        return TableErrors.classify(errors, status, headers, body, now);
    }

    @Override
    public UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return errors.again(failure, now);
    }

    /** The service tells no limits. */
    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return null;
    }
}
