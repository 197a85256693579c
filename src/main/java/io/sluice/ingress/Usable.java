package io.sluice.ingress;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.routing.RemainingCandidates;
import java.util.List;
import java.util.function.Predicate;

/**
 * Who of a request's plan may still be asked. A plan is as good as new while nobody of it was asked and the pool is as it
 * was: it is handed on as it is then, for of a pool of thousands every look at all of them would cost more than the
 * request. Used on the lane's event loop.
 */
final class Usable {
    private final LanePool pool;
    private final RemainingCandidates remaining;
    private final Predicate<Candidate> mayServe;
    private int changes;
    private boolean stale = true;

    /**
     * Nothing is planned yet.
     *
     * @param pool how the pool stands
     * @param remaining who is left
     * @param mayServe whether one of them may be asked as the pool stands
     */
    Usable(LanePool pool, RemainingCandidates remaining, Predicate<Candidate> mayServe) {
        this.pool = pool;
        this.remaining = remaining;
        this.mayServe = mayServe;
    }

    /** The router is asked for a plan: what changes from now on it may not know. */
    void planning() {
        changes = pool.changes();
        stale = false;
    }

    /** Somebody of the plan may not serve, though the pool has not changed since. */
    void doubt() {
        stale = true;
    }

    /** Those that may be asked now, best first; not changed afterwards. */
    List<Candidate> now() {
        List<Candidate> untried = remaining.untried();
        boolean fresh = !stale && changes == pool.changes() && remaining.isUntouched();
        return fresh ? untried : untried.stream().filter(mayServe).toList();
    }
}
