package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure;

/** The budget verticle's answer. */
public sealed interface BudgetDecision {
    /**
     * The money is kept for the request.
     *
     * @param reservation its number, never 0; to be settled exactly once
     * @param run number of the node's run, which its usage record names
     */
    record Kept(long reservation, long run) implements BudgetDecision {}

    /**
     * There is none, and nothing is kept.
     *
     * @param failure for the client
     */
    record Refused(GatewayFailure failure) implements BudgetDecision {}
}
