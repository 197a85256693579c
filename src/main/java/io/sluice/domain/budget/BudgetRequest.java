package io.sluice.domain.budget;

import java.util.List;
import java.util.function.Consumer;

/**
 * A request for money.
 *
 * @param ticket names it while it waits; unique on the node
 * @param budgets all of which must have it, at least one
 * @param micros the most that the request can cost, in millionths, at least 0
 * @param adds the request's reservation, which is made larger by so much; 0 for a new one
 * @param deadlineNanos monotonic nanoseconds until which it may wait
 * @param answer told once, in the turn in which it is decided
 */
public record BudgetRequest(
        long ticket, List<Budget> budgets, long micros, long adds, long deadlineNanos, Consumer<BudgetAnswer> answer) {
    /** Copies the list. */
    public BudgetRequest {
        budgets = List.copyOf(budgets);
        if (budgets.isEmpty() || micros < 0) {
            throw new IllegalArgumentException("a request for money names a budget and an amount");
        }
    }
}
