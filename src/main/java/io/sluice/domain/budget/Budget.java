package io.sluice.domain.budget;

/**
 * The most that may be spent in a time.
 *
 * @param scope whose: {@code key:NAME} or {@code team:NAME}
 * @param amountMicros millionths of the ledger's currency, more than 0
 * @param window in which time
 */
public record Budget(String scope, long amountMicros, BudgetWindow window) {}
