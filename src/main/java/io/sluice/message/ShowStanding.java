package io.sluice.message;

import io.sluice.domain.budget.Budget;
import java.time.Instant;
import java.util.List;

/**
 * Asks how a virtual key stands. Request to {@link Address#KEY_STANDING}; answered with {@link Standing}.
 *
 * @param key its name
 * @param budgets what it may spend: its own budget, its team's, and that team's
 * @param scopes ids of what its requests are charged to
 * @param from first instant of the time whose spending is asked for
 * @param to first instant behind it
 */
public record ShowStanding(String key, List<Budget> budgets, List<String> scopes, Instant from, Instant to) {
    /** Copies the lists. */
    public ShowStanding {
        budgets = List.copyOf(budgets);
        scopes = List.copyOf(scopes);
    }
}
