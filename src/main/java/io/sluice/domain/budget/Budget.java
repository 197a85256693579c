package io.sluice.domain.budget;

import java.util.Objects;

/**
 * The most that may be spent in a time.
 *
 * @param scope whose: {@code key:NAME} or {@code team:NAME}
 * @param amountMicros millionths of the ledger's currency, more than 0
 * @param window in which time
 */
public record Budget(String scope, long amountMicros, BudgetWindow window) {
    /** What a key's scope begins with. */
    public static final String KEY_PREFIX = "key:";

    /** What a team's scope begins with. */
    public static final String TEAM_PREFIX = "team:";

    /** Refuses an amount of nothing. */
    public Budget {
        Objects.requireNonNull(scope);
        Objects.requireNonNull(window);
        if (amountMicros <= 0) {
            throw new IllegalArgumentException("a budget is more than 0");
        }
    }

    /** Whether it is the key's own, and not a team's. */
    public boolean isOfKey() {
        return scope.startsWith(KEY_PREFIX);
    }
}
