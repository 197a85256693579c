package io.sluice.message;

import io.sluice.domain.budget.Budget;
import java.time.Instant;
import java.util.List;

/**
 * Asks how a virtual key stands. Request to {@link Address#KEY_STANDING}; answered with {@link Standing}.
 *
 * @param key its name
 * @param allowances what it may spend
 * @param scopes ids of what its requests are charged to
 * @param from first instant of the time whose spending is asked for
 * @param to first instant behind it
 */
public record ShowStanding(String key, List<Allowance> allowances, List<String> scopes, Instant from, Instant to) {
    /** Copies the lists. */
    public ShowStanding {
        allowances = List.copyOf(allowances);
        scopes = List.copyOf(scopes);
    }

    /**
     * A budget that the key spends from.
     *
     * @param budget the key's, its team's, or that team's
     * @param teams teams whose keys spend it together; empty when it is the key's own
     */
    public record Allowance(Budget budget, List<String> teams) {
        /** Copies the list. */
        public Allowance {
            teams = List.copyOf(teams);
        }
    }
}
