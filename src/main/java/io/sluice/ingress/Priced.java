package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.Forbidden;
import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pricing.Unpriced;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whom a request may be sent to where what nobody can price is refused. */
final class Priced {
    private Priced() {}

    /** Those of a plan that have a price or need none, where its ticket sends it; the plan itself when that is all of it. */
    static List<Candidate> of(Incoming incoming, List<Candidate> plan) {
        String place = incoming.caller().place();
        return place == null
                ? priced(incoming, plan)
                : priced(
                        incoming,
                        plan.stream()
                                .filter(candidate -> isAt(candidate, place)
                                        && candidate.model().equals(incoming.model()))
                                .toList());
    }

    /**
     * The only candidate that a ticket lets a request go to.
     *
     * @return null when there is no ticket, or it lets it go to several
     */
    static @Nullable Candidate only(Incoming incoming, Model model) {
        String place = incoming.caller().place();
        return place == null || place.indexOf('/') < 0
                ? null
                : model.candidates().stream()
                        .filter(candidate -> isAt(candidate, place))
                        .findFirst()
                        .orElse(null);
    }

    private static boolean isAt(Candidate candidate, String place) {
        return candidate.accountId().equals(place) || candidate.channel().name().equals(place);
    }

    private static List<Candidate> priced(Incoming incoming, List<Candidate> plan) {
        for (Candidate candidate : plan) {
            if (isRefused(incoming, candidate)) {
                return plan.stream()
                        .filter(other -> !isRefused(incoming, other))
                        .toList();
            }
        }
        return plan;
    }

    /** A budget cannot hold what has no price: it is refused to keys that have one, whatever the configuration says. */
    private static boolean isRefused(Incoming incoming, Candidate candidate) {
        if (candidate.price() != null) {
            return false;
        }
        if (!incoming.key().budgets().isEmpty()) {
            return true;
        }
        Model model = incoming.revision().models().get(candidate.model());
        return model != null && model.unpriced() == Unpriced.REFUSE;
    }

    /** What the client is told when none is left of the plan for the model that it asked for. */
    static GatewayFailure refusal(Incoming incoming, List<Candidate> plan) {
        String place = incoming.caller().place();
        if (place != null && plan.stream().noneMatch(candidate -> isAt(candidate, place))) {
            return new NoRoute("Nobody at '" + place + "' can serve the model at the moment.", Duration.ZERO);
        }
        String why = incoming.key().budgets().isEmpty()
                ? "this gateway refuses what it cannot price"
                : "a key with a budget cannot use what has no price";
        return new Forbidden(
                "The model '" + plan.getFirst().model() + "' has no price, and " + why + "; its operator must set one.",
                "model_not_priced");
    }
}
