package io.sluice.provider;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.Candidate;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One provider's wire dialect. Pure: no client, no clock, no state. A new provider is a sub-package with one of these,
 * a line in {@link ProviderAdapters}, and the shared contract test over its samples.
 */
public interface ProviderAdapter {
    /**
     * How the account's key becomes the credential that requests carry.
     *
     * @param candidate as the revision has it
     * @return null when the key goes on the wire as it is
     */
    default @Nullable TokenGrant grant(Candidate candidate) {
        return null;
    }

    /**
     * What the provider must be given the bytes of, because it fetches nothing of that kind from addresses.
     *
     * @param candidate whom the request goes to, as for {@link #encode}
     * @param scan the client's request
     * @return empty where requests pass as they came, or the provider fetches itself
     */
    default Set<MediaKind> needsBytes(Candidate candidate, RequestScan scan) {
        return Set.of();
    }

    /** Whether the provider takes this address all the same. */
    default boolean fetchesItself(String url) {
        return false;
    }

    /**
     * Writes a request as the provider wants it.
     *
     * @param candidate whom it goes to; where there is a {@link #grant}, its account's key is the credential of the moment
     * @param scan the client's request
     * @param target what the answer says besides what the provider says
     * @throws io.sluice.domain.failure.GatewayException when the request is malformed, or the provider has nothing like it
     */
    UpstreamRequest encode(Candidate candidate, RequestScan scan, AnswerTarget target);

    /**
     * How a realtime session is asked for.
     *
     * @param candidate as for {@link #encode}
     * @param beta whether the client speaks the events of the API's beta
     * @return null when the provider has none
     */
    default @Nullable SocketRequest realtime(Candidate candidate, boolean beta) {
        return null;
    }

    /**
     * Writes the question which models the provider offers.
     *
     * @param candidate whose account asks; it names no model
     * @param page empty for the first page, else what the page before it named
     * @param seconds since 1970, which signatures are dated by
     * @throws io.sluice.domain.failure.GatewayException when the provider has no such list for this account
     */
    ModelsCall models(Candidate candidate, String page, long seconds);

    /**
     * Says what an answer that is not a success means.
     *
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body, at most 64 KiB
     * @param now the wall clock's time, which dates and the provider's calendar are told by
     */
    UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now);

    /**
     * Says what an error inside an answer of status 200 means, where the provider's table or calendar knows more than
     * whoever read the answer.
     *
     * @param failure as it was read
     * @param now as for {@link #classify}
     */
    UpstreamFailure inAnswer(UpstreamFailure failure, Instant now);

    /**
     * Says what the head of an answer tells about the account's limits.
     *
     * @param candidate who answered
     * @param headers the answer's headers
     * @return null when it tells nothing that can be believed; nothing is full by it
     */
    @Nullable
    Observation observe(Candidate candidate, MultiMap headers);
}
