package io.sluice.domain.key;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.quota.AccountLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who owns virtual keys: they share its limits and budgets.
 *
 * @param name unique among teams
 * @param parent the team that it belongs to, which belongs to none; null for none
 * @param limits what its keys, and those of its teams, share; their models are public names
 * @param budgets what they may spend together
 */
public record Team(String name, @Nullable String parent, AccountLimits limits, List<Budget> budgets) {
    /** Copies the list. */
    public Team {
        budgets = List.copyOf(budgets);
    }
}
