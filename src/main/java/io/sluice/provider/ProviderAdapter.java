package io.sluice.provider;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.vertx.core.MultiMap;

/**
 * One provider's wire dialect. Pure: no client, no clock, no state. A new provider is a sub-package with one of these,
 * a line in {@link ProviderAdapters}, and the shared contract test over its samples.
 */
public interface ProviderAdapter {
    /**
     * Writes a request as the provider wants it.
     *
     * @param candidate whom it goes to
     * @param scan the client's request
     */
    UpstreamRequest encode(Candidate candidate, RequestScan scan);

    /**
     * Says what an answer that is not a success means.
     *
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body, at most 64 KiB
     */
    UpstreamFailure classify(int status, MultiMap headers, byte[] body);
}
