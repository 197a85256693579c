package io.sluice.provider.ollama;

import static java.time.ZoneOffset.UTC;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.dialect.ProviderCodec;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.dialect.ollama.OllamaCodec;
import io.sluice.domain.dialect.ollama.OllamaEmbeddingTap;
import io.sluice.domain.dialect.ollama.OllamaEmbeddings;
import io.sluice.domain.dialect.ollama.OllamaFaults;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.provider.Encoding;
import io.sluice.provider.ModelsCall;
import io.sluice.provider.ModelsPage;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.RetryAfter;
import io.sluice.provider.UpstreamRequest;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ollama's native API: chats of every dialect at {@code /api/chat}, OpenAI's embeddings at {@code /api/embed}, both below
 * the base URL ({@code http://localhost:11434}). The account's key goes as bearer, which a server of one's own ignores; the
 * key {@value #NO_KEY} sends none.
 */
public final class OllamaAdapter implements ProviderAdapter {
    /** The key of an account that has none. */
    static final String NO_KEY = "none";

    private static final ProviderCodec CODEC = new OllamaCodec();

    @Override
    public Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        return scan.endpoint().kind() == Endpoint.Kind.CHAT ? Set.of(MediaKind.IMAGE, MediaKind.TEXT) : Set.of();
    }

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        if (scan.endpoint() == Endpoint.EMBEDDINGS) {
            return embeddings(candidate, scan);
        }
        if (Encoding.isGeminiVectors(scan)) {
            return Encoding.vectors(
                    candidate,
                    scan,
                    candidate.channel().baseUrl().path() + "/api/embed",
                    headers(candidate, false),
                    // A text that is too long is refused, as Gemini does it, not cut.
                    request -> request.openAi(candidate.upstreamModel()).put("truncate", false),
                    UpstreamErrors::inAnswer);
        }
        if (scan.endpoint().kind() != Endpoint.Kind.CHAT) {
            throw Encoding.inexpressible(scan.endpoint().inputField());
        }
        Translation translation =
                Encoding.translated(candidate, scan, scan.endpoint().dialect(), CODEC, target);
        return new UpstreamRequest(
                candidate.channel().baseUrl().path() + "/api/chat",
                headers(candidate, scan.stream()),
                Json.write(Encoding.ruled(candidate, translation.body())),
                translation::tap,
                translation.lost());
    }

    private static UpstreamRequest embeddings(Candidate candidate, RequestScan scan) {
        JsonNode body = Json.read(scan.body(), 0, scan.body().length);
        if (body == null) {
            throw malformed("The body is not JSON, or holds numbers or texts beyond all use.", null);
        }
        Losses losses = new Losses(ChatDialect.OPENAI, candidate.channel().lenient());
        ObjectNode written;
        boolean base64;
        try {
            written = OllamaEmbeddings.request(body, candidate.upstreamModel(), losses);
            base64 = OllamaEmbeddings.isBase64(body);
        } catch (InexpressibleException e) {
            throw Encoding.inexpressible(e.field());
        } catch (MalformedRequestException e) {
            throw malformed(e.getMessage(), e.field());
        }
        String model = candidate.model();
        return new UpstreamRequest(
                candidate.channel().baseUrl().path() + "/api/embed",
                headers(candidate, false),
                Json.write(Encoding.ruled(candidate, written)),
                contentType ->
                        contentType.startsWith("application/json") ? new OllamaEmbeddingTap(model, base64) : null,
                losses.fields());
    }

    private static GatewayException malformed(@Nullable String message, @Nullable String field) {
        return new GatewayException(new InvalidRequest(
                InvalidRequest.Kind.MALFORMED, message == null ? "" : message, field, "invalid_value"));
    }

    private static Map<String, String> headers(Candidate candidate, boolean stream) {
        String accept = stream ? "application/x-ndjson" : "application/json";
        String key = candidate.account().key().reveal();
        return key.equals(NO_KEY)
                ? Map.of("accept", accept)
                : Map.of("accept", accept, "authorization", "Bearer " + key);
    }

    @Override
    public ModelsCall models(Candidate candidate, String page, long seconds) {
        BaseUrl base = candidate.channel().baseUrl();
        return new ModelsCall(
                base,
                base.path() + "/api/tags",
                headers(candidate, false),
                answer -> new ModelsPage(ModelsPage.names(answer.path("models"), "name", name -> name), ""));
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        ParsedError error = UpstreamErrors.parse(status, body);
        Duration named = RetryAfter.of(headers, body, UTC, now);
        Verdict ofRequest = UpstreamErrors.ofRequest(status, body);
        if (ofRequest != null) {
            Kind rejected = ofRequest instanceof Verdict.RequestWrong ? Kind.REQUEST_REJECTED : Kind.SERVER_ERROR;
            return UpstreamFailure.of(rejected, status, error, ofRequest);
        }
        return ErrorTable.NONE.dated(OllamaFaults.failure(status, error, named), now);
    }

    @Override
    public UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return ErrorTable.NONE.dated(failure, now);
    }

    /** Nothing: Ollama sends no limits. */
    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return null;
    }
}
