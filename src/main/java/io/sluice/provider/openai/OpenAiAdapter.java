package io.sluice.provider.openai;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.Preset.Auth;
import io.sluice.domain.pool.Preset.Quirk;
import io.sluice.domain.quota.Dimension;
import io.sluice.provider.Encoding;
import io.sluice.provider.ModelsCall;
import io.sluice.provider.ModelsPage;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.RateLimitHeaders;
import io.sluice.provider.SocketRequest;
import io.sluice.provider.UpstreamRequest;
import io.sluice.provider.preset.InAnswerTap;
import io.sluice.provider.preset.TableErrors;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI, and any service that speaks its API: the endpoint's path below the base URL, a bearer key. Requests of OpenAI's
 * dialect pass as they came, chats of others are translated. A preset says how its service differs.
 */
public final class OpenAiAdapter implements ProviderAdapter {
    private static final Set<Dimension> COUNTED = Set.of(Dimension.REQUESTS, Dimension.TOKENS);
    private static final String NO_KEY = "none";

    private final @Nullable Preset preset;
    private final ErrorTable errors;

    /** OpenAI itself, and services of which nothing else is known. */
    public OpenAiAdapter() {
        this(null);
    }

    /**
     * A service by name.
     *
     * @param preset null when it has none
     */
    public OpenAiAdapter(@Nullable Preset preset) {
        this.preset = preset;
        this.errors = preset == null ? OpenAiErrors.TABLE : preset.errors().before(OpenAiErrors.TABLE);
    }

    @Override
    public Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        return OpenAiRequests.needsBytes(candidate, scan);
    }

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        Endpoint asked = scan.endpoint();
        if (asked == Endpoint.EMBEDDINGS && preset != null && preset.quirks().contains(Quirk.NO_EMBEDDINGS)) {
            throw Encoding.inexpressible(asked.inputField());
        }
        UpstreamRequest request = OpenAiRequests.encode(
                candidate,
                scan,
                target,
                path -> candidate.channel().baseUrl().path() + path,
                headers(candidate.account().key().reveal()));
        return new UpstreamRequest(
                request.uri(),
                request.headers(),
                request.body(),
                InAnswerTap.reading(request.answer(), errors),
                request.lost());
    }

    @Override
    public @Nullable SocketRequest realtime(Candidate candidate, boolean beta) {
        return candidate.channel().offers(Endpoint.REALTIME)
                ? OpenAiRequests.realtime(
                        candidate.channel().baseUrl().path() + "/realtime?model="
                                + OpenAiRequests.escaped(candidate.upstreamModel()),
                        headers(candidate.account().key().reveal()),
                        beta)
                : null;
    }

    private Map<String, String> headers(String key) {
        return preset != null && preset.auth() == Auth.OPTIONAL && key.equals(NO_KEY)
                ? Map.of()
                : Map.of("authorization", "Bearer " + key);
    }

    @Override
    public ModelsCall models(Candidate candidate, String page, long seconds) {
        BaseUrl base = candidate.channel().baseUrl();
        return new ModelsCall(
                base, base.path() + "/models", headers(candidate.account().key().reveal()), ModelsPage::ofData);
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        UpstreamFailure failure = TableErrors.classify(errors, status, headers, body, now);
        boolean never = status == 429
                && preset != null
                && preset.quirks().contains(Quirk.ZERO_LIMIT_NO_MODEL)
                && RateLimitHeaders.hasLimitOfNothing(headers);
        return never ? failure.as(Kind.MODEL_MISSING, new Verdict.ModelMissing(true)) : failure;
    }

    @Override
    public UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return errors.again(failure, now);
    }

    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return RateLimitHeaders.read(candidate, headers, COUNTED);
    }
}
