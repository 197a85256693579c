package io.sluice.ingress;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.LeaseUse;
import io.sluice.message.SettleBudget;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the responses of one session have used so far. Each is a request: it has a tier of its own, and is rounded by itself. */
final class SessionUsage {
    private final Candidate candidate;
    private TokenUsage tokens = TokenUsage.NONE;
    private Charge charge = Charge.NOTHING;
    private boolean estimated;
    private long paidMicros;
    private @Nullable LeaseUse leases;

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

    /**
     * A response is over: what it cost, and what was not paid before, is paid of its allowance.
     *
     * @param allowance of the response; null when its key has no budget
     */
    void pay(@Nullable Allowance allowance) {
        if (allowance == null) {
            return;
        }
        long due = charge.micros() - paidMicros;
        LeaseUse used = allowance.settle(due);
        if (used != null) {
            leases = used;
            paidMicros += due;
        }
    }

    /** The session is over: what was made without an allowance is charged to the same leases, as its record will be. */
    void payRest(Bus bus, List<Budget> budgets) {
        long due = charge.micros() - paidMicros;
        if (leases != null && due > 0) {
            paidMicros += due;
            bus.send(Address.BUDGET_SETTLE, new SettleBudget(0, budgets, due));
        }
    }

    /** Whose leases the cost comes out of; null for nobody's. */
    @Nullable
    LeaseUse leases() {
        return leases;
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
