package io.sluice.domain.lease;

import io.sluice.domain.quota.Estimate;
import java.util.Arrays;

/**
 * What the group said last of one scope: units that nobody holds, the limits in force, and when the first that waits
 * fits. Arrays are by {@link io.sluice.domain.quota.Dimension}. Confined to its book's thread.
 */
final class Room {
    private static final int D = Units.DIMENSIONS;
    private static final long PAST = Long.MIN_VALUE / 2;
    /** Before the group forgets who waits. */
    private static final long ASK_AGAIN = 400_000_000L;

    private static final long ASK_PLACES_AGAIN = 100_000_000L;

    private final long[] free = new long[D];
    private final long[] inForce = new long[D];
    private final long[] fitsFor = new long[D];
    private boolean heard;
    private long saidAt;
    private long fitsAt = PAST;
    private boolean unknownFit;
    private boolean never;

    /** What was said is of other limits, or of another client. */
    void forget() {
        heard = false;
        fitsAt = PAST;
    }

    /** Something changed: whether anything fits is asked anew. */
    void mayFit() {
        fitsAt = PAST;
    }

    /** Units come back: who waits is told of at the next renewal. */
    void mayFitSoon() {
        fitsAt = Math.min(fitsAt, saidAt);
    }

    /**
     * The group answered.
     *
     * @param grant what it said
     * @param now when
     * @param isCurrent whether it knew the limits that hold now
     */
    void hear(ScopeGrant grant, long now, boolean isCurrent) {
        heard = isCurrent;
        for (int d = 0; d < D; d++) {
            free[d] = grant.free().get(d);
            inForce[d] = grant.limits().get(d);
        }
        saidAt = now;
        never = grant.fitsInNanos() == ScopeGrant.NEVER;
        unknownFit = grant.fitsInNanos() == ScopeGrant.UNKNOWN;
        if (grant.fitsInNanos() == 0) {
            fitsAt = PAST;
        } else {
            fitsAt = now + (never ? ASK_AGAIN : unknownFit ? ASK_PLACES_AGAIN : grant.fitsInNanos());
        }
        Arrays.fill(fitsFor, Long.MAX_VALUE);
    }

    /** What was said of room was said of a request of this size. */
    void saidOf(Estimate units) {
        for (int d = 0; d < D; d++) {
            fitsFor[d] = units.units(ScopeLease.DIMENSIONS[d]);
        }
    }

    boolean isHeard() {
        return heard;
    }

    /** Units nobody holds. */
    long free(int d) {
        return free[d];
    }

    /** The smallest amount of a dimension that is in force; 0 where nothing limits. */
    long inForce(int d) {
        return inForce[d];
    }

    long saidAt() {
        return saidAt;
    }

    /** When the first that waits fits. */
    long fitsAt() {
        return fitsAt;
    }

    /** How large a request of the dimension that was said not to fit yet is. */
    long fitsFor(int d) {
        return fitsFor[d];
    }

    /** Whether it depends on requests in flight, whose end nobody knows. */
    boolean isUnknown() {
        return unknownFit;
    }

    boolean isNever() {
        return never;
    }

    /** When those that wait are told again, unless something else is to say before. */
    long askAgainAt() {
        return Math.min(Math.max(fitsAt, saidAt), saidAt + (unknownFit ? ASK_PLACES_AGAIN : ASK_AGAIN));
    }
}
