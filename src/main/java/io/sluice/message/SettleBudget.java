package io.sluice.message;

import io.sluice.domain.budget.Budget;
import java.util.List;

/**
 * What a request cost: ends its reservation. One-way to {@link Address#BUDGET_SETTLE}; each reservation ends by exactly one.
 *
 * @param reservation its number; 0 for a cost that nothing was reserved for
 * @param budgets what it is charged to when nothing was reserved
 * @param micros millionths of the ledger's currency, at least 0
 */
public record SettleBudget(long reservation, List<Budget> budgets, long micros) {
    /** Copies the list. */
    public SettleBudget {
        budgets = List.copyOf(budgets);
    }
}
