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
     * @param failure for the client
     */
    record Refused(GatewayFailure failure) implements BudgetAnswer {}
}
