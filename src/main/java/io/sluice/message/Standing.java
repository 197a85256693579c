package io.sluice.message;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.lease.ScopeCounters;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a virtual key stands. Reply to {@link ShowStanding}.
 *
 * @param hasLedger whether the node has a ledger at all
 * @param spending what was spent; null when the ledger does not answer and was not asked before
 * @param scopes what the key's limits count; those that count nothing yet are missing
 * @param hasScopes whether the counters are known
 */
public record Standing(boolean hasLedger, @Nullable Spending spending, List<ScopeCounters> scopes, boolean hasScopes) {
    /** Copies the list. */
    public Standing {
        scopes = List.copyOf(scopes);
    }

    /**
     * What was spent, as the ledger knew it at a moment.
     *
     * @param at when it was read
     * @param micros by the key in the time that was asked for, in millionths of the ledger's currency
     * @param budgets each budget, in the order of the question
     */
    public record Spending(Instant at, long micros, List<Spent> budgets) {
        /** Copies the list. */
        public Spending {
            budgets = List.copyOf(budgets);
        }
    }

    /**
     * What is spent of one budget.
     *
     * @param budget which
     * @param micros spent in its window, in millionths of the ledger's currency
     * @param renews when something of it may be spent again; null for never, or when nobody knows
     */
    public record Spent(
            Budget budget, long micros, @Nullable Instant renews) {
        /** What is left, at least 0. */
        public long leftMicros() {
            return Math.max(0, budget.amountMicros() - micros);
        }
    }
}
