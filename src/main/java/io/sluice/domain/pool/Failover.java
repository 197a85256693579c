package io.sluice.domain.pool;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may follow a failed attempt.
 *
 * @param attemptTimeout how long one attempt may take to the first byte of its answer; null for the channel's timeouts alone
 * @param ambiguous what follows when nobody knows whether the provider has acted
 * @param statuses HTTP statuses of providers after which another candidate is asked, whatever they mean
 * @param retries how much of the traffic may be attempts that follow a failure
 * @param hedge when a second candidate is asked beside one that is slow to begin; null for never
 */
public record Failover(
        @Nullable Duration attemptTimeout,
        AmbiguousFaults ambiguous,
        Set<Integer> statuses,
        RetryShare retries,
        @Nullable Hedge hedge) {
    /** The defaults. */
    public static final Failover DEFAULT =
            new Failover(null, AmbiguousFaults.BY_CALL, Set.of(), RetryShare.DEFAULT, null);

    /** Copies the set. */
    public Failover {
        statuses = Set.copyOf(statuses);
    }
}
