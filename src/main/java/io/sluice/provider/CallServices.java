package io.sluice.provider;

import io.sluice.domain.pool.Candidate;
import io.sluice.message.Bus;
import io.sluice.provider.fetch.MediaFetcher;
import java.time.Clock;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What the calls of one lane share.
 *
 * @param clock monotonic nanoseconds
 * @param wallClock what answers are dated by
 * @param bus to quota
 * @param reports what providers say about their limits
 * @param credentials what requests carry
 * @param media fetches what requests lack
 * @param calls those in flight
 */
record CallServices(
        LongSupplier clock,
        Clock wallClock,
        Bus bus,
        LimitReports reports,
        Credentials credentials,
        MediaFetcher media,
        Set<UpstreamCall> calls) {
    /**
     * Whether the calls in flight leave no connection to a provider. Over TLS calls may share one: there it cannot be known,
     * and is not.
     */
    boolean isPoolFull(Candidate candidate) {
        long taken = calls.stream().filter(call -> call.occupies(candidate)).count();
        return !candidate.channel().baseUrl().tls()
                && taken >= candidate.channel().maxConnections();
    }
}
