package io.sluice.domain.key;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a virtual key says but for its name and what it is known by: many keys may say the same.
 *
 * @param team its team; null for none
 * @param rights what it may do
 * @param limits its own limits
 * @param budgets what it may spend; their scope is any key's
 * @param handling how its requests are handled
 */
public record KeyTemplate(
        @Nullable String team, KeyRights rights, AccountLimits limits, List<Budget> budgets, KeyHandling handling) {
    /** Copies the list. */
    public KeyTemplate {
        budgets = List.copyOf(budgets);
    }

    /**
     * A key that says this, not yet charged to its team.
     *
     * @param name the key's
     * @param credentials what it is known by
     */
    public VirtualKey key(String name, List<KeyCredential> credentials) {
        List<Budget> own = budgets.stream()
                .map(budget -> new Budget(Scope.KEY_PREFIX + name, budget.amountMicros(), budget.window()))
                .toList();
        return new VirtualKey(name, credentials, team, null, rights, KeyQuota.ofKey(name, limits, own), handling);
    }
}
