package io.sluice.admin;

import io.sluice.admin.api.ApiServices;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.key.Team;
import io.sluice.domain.key.VirtualKey;
import java.util.Collection;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The budgets that count at the moment, by scope. */
final class BudgetsInForce {
    private BudgetsInForce() {}

    /** Those of keys; of a team alone, its keys'. */
    static TreeMap<String, Budget> ofKeys(ApiServices services, @Nullable String team) {
        TreeMap<String, Budget> budgets = new TreeMap<>();
        Collection<VirtualKey> stored = services.keys().inForce().all();
        Stream.concat(services.revision().get().keys().all().stream(), stored.stream())
                .filter(key -> team == null || team.equals(key.team()))
                .forEach(key -> key.budgets().stream()
                        .filter(budget -> budget.isOfKey())
                        .forEach(budget -> budgets.put(budget.scope(), budget)));
        return budgets;
    }

    /** Those of teams; of a team alone, its own. */
    static TreeMap<String, Budget> ofTeams(ApiServices services, @Nullable String team) {
        TreeMap<String, Budget> budgets = new TreeMap<>();
        for (Team each : services.revision().get().keys().teams().all()) {
            if (team == null || team.equals(each.name())) {
                each.budgets().forEach(budget -> budgets.put(budget.scope(), budget));
            }
        }
        return budgets;
    }
}
