package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.Forbidden;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pricing.Unpriced;
import java.util.List;

/** Whom a request may be sent to where what nobody can price is refused. */
final class Priced {
    private Priced() {}

    /** Those of a plan that have a price or need none; the plan itself when that is all of it. */
    static List<Candidate> of(GatewayRevision revision, List<Candidate> plan) {
        for (Candidate candidate : plan) {
            if (isRefused(revision, candidate)) {
                return plan.stream()
                        .filter(other -> !isRefused(revision, other))
                        .toList();
            }
        }
        return plan;
    }

    private static boolean isRefused(GatewayRevision revision, Candidate candidate) {
        if (candidate.price() != null) {
            return false;
        }
        Model model = revision.models().get(candidate.model());
        return model != null && model.unpriced() == Unpriced.REFUSE;
    }

    /** What the client is told when none is left of a plan. */
    static GatewayFailure refusal(List<Candidate> plan) {
        return new Forbidden(
                "The model '" + plan.getFirst().model()
                        + "' has no price, and this gateway refuses what it cannot price; its operator must set one.",
                "model_not_priced");
    }
}
