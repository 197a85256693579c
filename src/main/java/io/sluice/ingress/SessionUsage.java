package io.sluice.ingress;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.tokens.TokenUsage;

/** What the responses of one session have used so far. Each is a request: it has a tier of its own, and is rounded by itself. */
final class SessionUsage {
    private final Candidate candidate;
    private TokenUsage tokens = new TokenUsage(0, 0, 0, 0);
    private Charge charge = Charge.NOTHING;
    private boolean estimated;

    /**
     * Nothing so far.
     *
     * @param candidate who makes the responses
     */
    SessionUsage(Candidate candidate) {
        this.candidate = candidate;
    }

    /** A response was made. */
    void add(TokenUsage response) {
        Price price = candidate.price();
        tokens = tokens.and(response);
        charge = charge.and(price == null ? Charge.UNPRICED : price.charge(response, 0));
    }

    /** A response may have been made, and nobody says of how many tokens. */
    void guess(TokenUsage response) {
        estimated = true;
        add(response);
    }

    TokenUsage tokens() {
        return tokens;
    }

    Charge charge() {
        return charge;
    }

    /** Whether a part of that is a guess. */
    boolean isEstimated() {
        return estimated;
    }
}
