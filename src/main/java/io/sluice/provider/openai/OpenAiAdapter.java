package io.sluice.provider.openai;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.RateLimitHeaders;
import io.sluice.provider.UpstreamRequest;
import io.vertx.core.MultiMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI, and any service that speaks its API: the endpoint's path below the base URL, a bearer key. Requests of OpenAI's
 * dialect pass as they came, chats of others are translated.
 */
public final class OpenAiAdapter implements ProviderAdapter {
    private static final Set<Dimension> COUNTED = Set.of(Dimension.REQUESTS, Dimension.TOKENS);

    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target) {
        return OpenAiRequests.encode(
                candidate,
                scan,
                target,
                path -> candidate.channel().baseUrl().path() + path,
                Map.of("authorization", "Bearer " + candidate.account().key().reveal()));
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body) {
        return OpenAiErrors.classify(status, headers, body);
    }

    @Override
    public @Nullable Observation observe(Candidate candidate, MultiMap headers) {
        return RateLimitHeaders.read(candidate, headers, COUNTED);
    }
}
