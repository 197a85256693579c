package io.sluice.domain.budget;

import io.sluice.domain.failure.GatewayFailure;

/** What becomes of a request for money. */
public sealed interface BudgetAnswer {
    /**
     * The money is there, and kept for the request.
     *
     * @param reservation its number, never 0; to be settled exactly once
     */
    record Reserved(long reservation) implements BudgetAnswer {}

    /**
     * It is not, and nothing is kept.
     *
     * @param reason why
     * @param failure for the client
     */
    record Refused(Reason reason, GatewayFailure failure) implements BudgetAnswer {}

    /** Why there is no money for a request. */
    enum Reason {
        /** A budget is spent, or the request can cost more than all of it. */
        SPENT,
        /** What is left is kept for requests under way, here or elsewhere. */
        HELD,
        /** The store does not answer, and what may be spent without it is spent. */
        UNKNOWN,
        /** Too many wait. */
        CROWDED
    }
}
