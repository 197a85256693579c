package io.sluice.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.PassedProofs;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.gemini.GeminiCodec;
import io.sluice.domain.dialect.gemini.GeminiCounting;
import io.sluice.domain.dialect.gemini.GeminiEmbedRequest;
import io.sluice.domain.dialect.gemini.GeminiEmbeddings;
import io.sluice.domain.dialect.gemini.GeminiError;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestSplice;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.sse.FormTap;
import io.sluice.domain.sse.GeminiTap;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.provider.AnswerReading;
import io.sluice.provider.Encoding;
import io.sluice.provider.ModelsCall;
import io.sluice.provider.ModelsPage;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.TokenGrant;
import io.sluice.provider.UpstreamRequest;
import io.vertx.core.MultiMap;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Google Gemini.
 *
 * <ul>
 *   <li>AI Studio: base URL {@code https://generativelanguage.googleapis.com/v1beta}, an API key.
 *   <li>Vertex AI: base URL {@code https://REGION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/REGION/publishers/google}
 *       (the location {@code global} has no region in the host), the JSON of a service account; or, in express mode, {@code
 *       https://aiplatform.googleapis.com/v1/publishers/google} and an API key.
 * </ul>
 *
 * Model and stream stand in the path, so that a request of Gemini's own dialect passes as it came.
 */
public final class GeminiAdapter implements ProviderAdapter {
    private static final GeminiCodec CODEC = new GeminiCodec();
    private static final String USUAL_PATH = "/v1beta";
    private static final String STREAM = ":streamGenerateContent";
    private static final int MODELS_A_PAGE = 1000;
    private static final String EVENTS = "?alt=sse";

    @Override
    public @Nullable TokenGrant grant(Candidate candidate) {
        return ServiceAccountGrant.isServiceAccount(candidate.account().key())
                ? new ServiceAccountGrant(candidate.account().key())
                : null;
    }

    /** Vertex AI fetches itself, AI Studio with newer models alone: it is given the bytes where that is allowed. */
    @Override
    public Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        boolean translates =
                scan.endpoint().kind() == Endpoint.Kind.CHAT && scan.endpoint().dialect() != ChatDialect.GEMINI;
        return translates && !isVertex(candidate) ? Set.of(MediaKind.IMAGE, MediaKind.DOCUMENT) : Set.of();
    }

    @Override
    public boolean fetchesItself(String url) {
        return GeminiCodec.isKnownAddress(url);
    }

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Endpoint endpoint = scan.endpoint();
        if (Encoding.isGeminiVectors(scan) && isVertex(candidate)) {
            return Encoding.vectors(
                    candidate,
                    scan,
                    base(candidate) + "/" + resource(candidate.upstreamModel()) + ":predict",
                    credential(candidate.account().key().reveal()),
                    GeminiEmbedRequest::vertex,
                    error -> GeminiError.read(0, error).failure());
        }
        if (endpoint.dialect() == ChatDialect.GEMINI) {
            return passed(candidate, scan, target);
        }
        return switch (endpoint.kind()) {
            case CHAT -> translated(candidate, scan, target);
            case EMBEDDINGS -> embeddings(candidate, scan, target);
            case COUNT_TOKENS -> counting(candidate, scan, target);
            default -> throw Encoding.inexpressible(endpoint.inputField());
        };
    }

    private static UpstreamRequest passed(Candidate candidate, RequestScan scan, AnswerTarget target) {
        String method = scan.endpoint().path();
        if (scan.endpoint() == Endpoint.GENERATE_CONTENT && scan.stream()) {
            method = target.arrayStream() ? STREAM : STREAM + EVENTS;
        }
        PassedProofs body = Encoding.proved(candidate, scan.endpoint(), passedBody(candidate, scan));
        String rename = candidate.model().equals(candidate.upstreamModel()) ? null : candidate.model();
        return request(
                candidate,
                method,
                body.body(),
                Encoding.asAsked(
                        scan,
                        CODEC,
                        target,
                        contentType -> isReadable(contentType) ? tap(scan, target, rename, contentType) : null),
                body.lost());
    }

    /** One object and an array of objects have one content type: the first byte tells which of them it is. */
    private static ResponseTap tap(RequestScan scan, AnswerTarget target, @Nullable String rename, String contentType) {
        ResponseTap passing =
                new GeminiTap(rename, error -> GeminiError.read(0, error).failure());
        boolean json = contentType.startsWith("application/json");
        return json && scan.endpoint().kind() == Endpoint.Kind.CHAT
                ? new FormTap(
                        target.arrayStream() ? '[' : '{',
                        passing,
                        () -> Encoding.reformed(scan, CODEC, target, contentType))
                : passing;
    }

    /**
     * The client's body: changed only by the channel's system prompt and rules, and where it names the model that the path
     * names.
     */
    private static byte[] passedBody(Candidate candidate, RequestScan scan) {
        if (scan.endpoint() == Endpoint.BATCH_EMBED_CONTENTS) {
            return batch(candidate, scan);
        }
        boolean named = scan.indexOf("model") >= 0 && !candidate.model().equals(candidate.upstreamModel());
        String system = candidate.systemPrompt();
        boolean counts = system != null && scan.endpoint() == Endpoint.COUNT_CONTENT_TOKENS;
        byte[] begun = system == null || counts
                ? scan.body()
                : RequestSplice.apply(scan, plain(candidate.upstreamModel()), false, ParameterRules.NONE, system);
        if (!named && !counts && candidate.parameters().isEmpty()) {
            return begun;
        }
        JsonNode json = Json.read(begun, 0, begun.length);
        if (!(json instanceof ObjectNode body)) {
            return begun;
        }
        if (counts && system != null) {
            GeminiCounting.begin(body, system, plain(candidate.upstreamModel()), isVertex(candidate));
        }
        if (named) {
            body.put("model", "models/" + plain(candidate.upstreamModel()));
        }
        return Json.write(Encoding.ruled(candidate, body));
    }

    /** Each request of a batch names its model, which is the one that the path names and no other. */
    private static byte[] batch(Candidate candidate, RequestScan scan) {
        if (!(Json.read(scan.body(), 0, scan.body().length) instanceof ObjectNode body)) {
            return scan.body();
        }
        String upstream = candidate.upstreamModel();
        String model = upstream.startsWith("tunedModels/") ? upstream : "models/" + plain(upstream);
        boolean changed = !candidate.parameters().isEmpty();
        for (JsonNode request : body.path("requests")) {
            if (request instanceof ObjectNode one && !one.path("model").asText().equals(model)) {
                one.put("model", model);
                changed = true;
            }
        }
        return changed ? Json.write(Encoding.ruled(candidate, body)) : scan.body();
    }

    private static UpstreamRequest translated(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Translation translation =
                Encoding.translated(candidate, scan, scan.endpoint().dialect(), CODEC, target);
        return request(
                candidate,
                scan.stream() ? STREAM + EVENTS : Endpoint.GENERATE_CONTENT.path(),
                Json.write(Encoding.ruled(candidate, translation.body())),
                translation::tap,
                translation.lost());
    }

    private static UpstreamRequest embeddings(Candidate candidate, RequestScan scan, AnswerTarget target) {
        boolean vertex = isVertex(candidate);
        GeminiEmbeddings embeddings = Encoding.carried(() -> GeminiEmbeddings.of(
                scan, plain(candidate.upstreamModel()), candidate.channel().lenient(), vertex, target));
        return request(
                candidate,
                vertex ? ":predict" : ":batchEmbedContents",
                Json.write(Encoding.ruled(candidate, embeddings.body())),
                contentType -> isReadable(contentType) ? embeddings.tap() : null,
                embeddings.lost());
    }

    private static UpstreamRequest counting(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Translation translation =
                Encoding.translated(candidate, scan, scan.endpoint().dialect(), CODEC, target);
        ObjectNode body =
                GeminiCounting.body(translation.body(), plain(candidate.upstreamModel()), isVertex(candidate));
        return request(
                candidate,
                Endpoint.COUNT_CONTENT_TOKENS.path(),
                Json.write(body),
                contentType -> isReadable(contentType) ? GeminiCounting.tap() : null,
                translation.lost());
    }

    private static UpstreamRequest request(
            Candidate candidate, String method, byte[] body, AnswerReading answer, List<String> lost) {
        return new UpstreamRequest(
                base(candidate) + "/" + resource(candidate.upstreamModel()) + method,
                credential(candidate.account().key().reveal()),
                body,
                answer,
                lost);
    }

    private static Map<String, String> credential(String key) {
        if (key.startsWith("Bearer ")) {
            return Map.of("authorization", key);
        }
        // What Google's tools print as an access token.
        return key.startsWith("ya29.") ? Map.of("authorization", "Bearer " + key) : Map.of("x-goog-api-key", key);
    }

    private static String base(Candidate candidate) {
        String path = candidate.channel().baseUrl().path();
        return path.isEmpty() ? USUAL_PATH : path;
    }

    private static boolean isVertex(Candidate candidate) {
        return candidate.channel().baseUrl().path().contains("/publishers/");
    }

    /** {@code models/NAME}, or {@code tunedModels/NAME} where the name says so. */
    private static String resource(String model) {
        String tuned = "tunedModels/";
        return model.startsWith(tuned)
                ? tuned + segment(model.substring(tuned.length()))
                : "models/" + segment(plain(model));
    }

    private static String plain(String model) {
        return model.startsWith("models/") ? model.substring("models/".length()) : model;
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static boolean isReadable(String contentType) {
        return contentType.startsWith("application/json") || contentType.startsWith("text/event-stream");
    }

    /** Vertex AI has one list for all projects, of its publishers. */
    @Override
    public ModelsCall models(Candidate candidate, String page, long seconds) {
        String base = base(candidate);
        String list = isVertex(candidate)
                ? base.substring(0, Math.max(base.indexOf("/v1"), 0)) + "/v1beta1/publishers/google/models"
                : base + "/models";
        String from = page.isEmpty() ? "" : "&pageToken=" + segment(page);
        return new ModelsCall(
                candidate.channel().baseUrl(),
                list + "?pageSize=" + MODELS_A_PAGE + from,
                credential(candidate.account().key().reveal()),
                answer -> new ModelsPage(
                        ModelsPage.names(
                                answer.has("publisherModels") ? answer.path("publisherModels") : answer.path("models"),
                                "name",
                                name -> name.startsWith("tunedModels/")
                                        ? name
                                        : name.substring(name.lastIndexOf('/') + 1)),
                        answer.path("nextPageToken").asText("")));
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        return GeminiErrors.classify(status, headers, body, now);
    }

    @Override
    public UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return GeminiErrors.inAnswer(failure, now);
    }

    /** Gemini tells nothing in its headers. */
    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return null;
    }
}
