package io.sluice.message;

/**
 * A request no longer waits for money. One-way to {@link Address#BUDGET_CANCEL}; nothing happens when it does not wait. One that
 * waited is answered as refused.
 *
 * @param ticket {@link ReserveBudget#ticket()}
 */
public record CancelBudget(long ticket) {}
