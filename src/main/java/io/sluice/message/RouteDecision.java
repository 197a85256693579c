package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.CandidateList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The router's answer. */
public sealed interface RouteDecision {
    /**
     * Candidates to try, best first; fallback models behind the model itself.
     *
     * @param candidates at least one
     * @param trial the one of them that is out, and that this request may be given to all the same, as its trial; null for
     *     none
     */
    record Planned(List<Candidate> candidates, @Nullable Candidate trial) implements RouteDecision {
        /** Copies the list. */
        public Planned {
            candidates = CandidateList.copyOf(candidates);
        }
    }

    /**
     * Nobody can serve it.
     *
     * @param failure why: no route, or a pool that is cooling down
     */
    record Unroutable(GatewayFailure failure) implements RouteDecision {}
}
