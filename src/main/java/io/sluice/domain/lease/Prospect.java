package io.sluice.domain.lease;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a request will have room, as far as this node knows: what the group said of the first that waits, and the time the
 * limit takes for those who wait here before it. Of a large pool only the first candidates are asked once one is large
 * enough: enough to be early, and looking stays cheap just when there is most of it.
 *
 * @param key what stands in the way on the key's side
 * @param target index of the candidate that has room first; -1 when the request is larger than each one's whole limit
 * @param candidate what stands in the way there
 * @param largest the largest limit that is too small, when no candidate is large enough
 */
record Prospect(Obstacle key, int target, Obstacle candidate, Obstacle largest) {
    /** Requests in flight end at no known instant; most end soon. */
    static final long SOON = 1_000_000_000L;

    private static final int MOST_ASKED = 64;
    private static final long FAR = Long.MAX_VALUE / 4;

    /**
     * What stands in the way of one set of scopes.
     *
     * @param readyAt instant of room; now when there is room, or the group has to be asked
     * @param scope the scope that has room last, or is too small; null when none is in the way
     * @param dimension whose whole amount is too small; -1 when none is
     * @param units what is asked, guesses cut
     */
    record Obstacle(long readyAt, @Nullable ScopeLease scope, int dimension, Estimate units) {
        boolean isTooSmall() {
            return dimension >= 0;
        }
    }

    static Prospect of(long now, LeaseBook book, Waiting waiting) {
        Requester request = waiting.requester;
        Obstacle key = waiting.paid != null
                ? new Obstacle(now, null, -1, request.estimate())
                : obstacle(now, book, request.keyScopes(), request.estimate(), waiting);
        List<Candidate> candidates = request.candidates();
        Obstacle best = new Obstacle(FAR, null, -1, request.estimate());
        Obstacle largest = best;
        int target = -1;
        for (int i = 0; i < candidates.size() && !(target >= 0 && i >= MOST_ASKED); i++) {
            Obstacle next = obstacle(now, book, candidates.get(i).scopes(), request.estimate(), waiting);
            if (next.isTooSmall()) {
                largest = larger(largest, next);
            } else if (target < 0 || next.readyAt() < best.readyAt()) {
                target = i;
                best = next;
            }
            if (target >= 0 && best.readyAt() <= now) {
                break;
            }
        }
        return new Prospect(key, target, best, largest);
    }

    /** When both sides have room. */
    long readyAt() {
        return Math.max(key.readyAt(), candidate.readyAt());
    }

    private static Obstacle larger(Obstacle one, Obstacle other) {
        return one.scope() == null || amount(other) > amount(one) ? other : one;
    }

    private static long amount(Obstacle obstacle) {
        return obstacle.scope() == null ? 0 : obstacle.scope().amount(obstacle.dimension());
    }

    private static Obstacle obstacle(long now, LeaseBook book, List<Scope> scopes, Estimate estimate, Waiting waiting) {
        Estimate units = book.charged(scopes, estimate);
        long readyAt = now;
        ScopeLease last = null;
        ScopeLease small = null;
        int dimension = -1;
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = book.leases().of(scopes.get(i));
            if (lease == null) {
                continue;
            }
            int tooSmall = lease.tooSmall(units);
            if (tooSmall >= 0) {
                if (small == null || lease.amount(tooSmall) < small.amount(dimension)) {
                    small = lease;
                    dimension = tooSmall;
                }
                continue;
            }
            long at = readyAt(now, lease, units, waiting);
            if (at > readyAt) {
                readyAt = at;
                last = lease;
            }
        }
        return small != null ? new Obstacle(FAR, small, dimension, units) : new Obstacle(readyAt, last, -1, units);
    }

    private static long readyAt(long now, ScopeLease lease, Estimate units, Waiting waiting) {
        if (lease.fits(now, units) || !lease.isFullFor(now, units)) {
            return now;
        }
        if (lease.dependsOnRequestsInFlight()) {
            return now + SOON;
        }
        return lease.neverFits() ? FAR : lease.fitsAt() + lease.nanosFor(ahead(lease, waiting));
    }

    /** What is served before it: keys take turns, so of each key no more than it has itself. */
    private static long[] ahead(ScopeLease lease, Waiting waiting) {
        long[] sum = new long[Units.DIMENSIONS];
        int own = 0;
        for (int i = 0; i < lease.waiting.size(); i++) {
            Waiting other = lease.waiting.get(i);
            if (other == waiting) {
                break;
            }
            own += other.line == waiting.line ? 1 : 0;
        }
        for (int i = 0; i < lease.waiting.size(); i++) {
            Waiting other = lease.waiting.get(i);
            if (other != waiting && other.isWithin(own, waiting)) {
                other.addTo(sum, lease);
            }
        }
        return sum;
    }
}
