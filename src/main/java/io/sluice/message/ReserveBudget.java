package io.sluice.message;

import io.sluice.domain.budget.Budget;
import java.util.List;

/**
 * Asks for what a request can cost at most, of all budgets of its key or of none. Request to {@link Address#BUDGET_RESERVE};
 * answered with {@link BudgetDecision} within the time that requests may wait for money.
 *
 * @param ticket names it while it waits; unique on the node
 * @param budgets the key's own, its team's and its team's team's, as far as they have one; at least one
 * @param micros millionths of the ledger's currency, at least 0
 * @param adds the request's reservation, which is made larger by so much; 0 for a new one. It stays as it is when there is no
 *     money
 */
public record ReserveBudget(long ticket, List<Budget> budgets, long micros, long adds) {
    /** Copies the list. */
    public ReserveBudget {
        budgets = List.copyOf(budgets);
    }
}
