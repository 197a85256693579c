package io.sluice.provider.openai;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestSplice;
import io.sluice.domain.pool.Candidate;
import io.sluice.provider.ProviderAdapter;
import io.sluice.provider.UpstreamRequest;
import io.vertx.core.MultiMap;
import java.util.Map;

/** OpenAI, and any service that speaks its API: the endpoint's path below the base URL, a bearer key. */
public final class OpenAiAdapter implements ProviderAdapter {
    @Override
    public UpstreamRequest encode(Candidate candidate, RequestScan scan) {
        byte[] body = RequestSplice.apply(
                scan,
                candidate.upstreamModel(),
                scan.stream(),
                candidate.channel().parameters());
        return new UpstreamRequest(
                candidate.channel().baseUrl().path() + scan.endpoint().path(),
                Map.of("authorization", "Bearer " + candidate.account().key().reveal()),
                body);
    }

    @Override
    public UpstreamFailure classify(int status, MultiMap headers, byte[] body) {
        return OpenAiErrors.classify(status, headers, body);
    }
}
