package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.SlidingWindow;

/**
 * A limit as this node knows it.
 *
 * @param amount in force
 * @param left units that fit now
 * @param resetNanos until all of it fits again at the latest; 0 when it does
 */
public record KnownRoom(long amount, long left, long resetNanos) {
    static KnownRoom of(ScopeLease lease, Dimension dimension, long left) {
        long amount = lease.amount(dimension.ordinal());
        long window = lease.own().windows().stream()
                .filter(limit -> limit.dimension() == dimension)
                .min(java.util.Comparator.comparingLong(Limit::amount))
                .map(limit -> limit.window().toNanos())
                .orElse(0L);
        return new KnownRoom(amount, left, left >= amount ? 0 : window + SlidingWindow.guardNanos(window));
    }
}
