package io.sluice.domain.key;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a virtual key's requests are charged to: the key itself, its team, and the team that its team belongs to, each with
 * limits for all models, for one model, or for a group of models. Immutable.
 */
public final class KeyQuota {
    /** Nothing is limited. */
    public static final KeyQuota NONE = new KeyQuota(List.of(), List.of());

    private final List<Level> levels;
    private final List<Budget> budgets;
    private final List<Scope> always;
    private final boolean byModel;

    /**
     * One that is charged.
     *
     * @param scope {@code key:NAME} or {@code team:NAME}
     * @param limits its limits; their models are public names
     */
    public record Level(String scope, AccountLimits limits) {}

    private KeyQuota(List<Level> levels, List<Budget> budgets) {
        this.levels = List.copyOf(levels);
        this.budgets = List.copyOf(budgets);
        this.byModel = levels.stream()
                .anyMatch(level -> !level.limits().perModel().isEmpty()
                        || !level.limits().groups().isEmpty());
        List<Scope> scopes = new ArrayList<>(levels.size());
        for (Level level : levels) {
            if (!level.limits().all().isEmpty()) {
                scopes.add(new Scope(level.scope(), level.limits().all()));
            }
        }
        this.always = List.copyOf(scopes);
    }

    /**
     * What a key has for itself.
     *
     * @param name the key's
     * @param limits its limits
     * @param budgets what it may spend
     */
    public static KeyQuota ofKey(String name, AccountLimits limits, List<Budget> budgets) {
        boolean free = limits.equals(AccountLimits.NONE);
        return free && budgets.isEmpty()
                ? NONE
                : new KeyQuota(free ? List.of() : List.of(new Level(Scope.KEY_PREFIX + name, limits)), budgets);
    }

    /** The same for limits that are the same for all models. */
    public static KeyQuota ofKey(String name, LimitSet limits) {
        return ofKey(name, new AccountLimits(limits, Map.of(), List.of()), List.of());
    }

    /**
     * The same, charged also to a team.
     *
     * @param team the key's, or that team's
     */
    public KeyQuota and(Team team) {
        boolean free = team.limits().equals(AccountLimits.NONE);
        if (free && team.budgets().isEmpty()) {
            return this;
        }
        List<Level> all = new ArrayList<>(levels);
        if (!free) {
            all.add(new Level(Scope.TEAM_PREFIX + team.name(), team.limits()));
        }
        List<Budget> both = new ArrayList<>(budgets);
        both.addAll(team.budgets());
        return new KeyQuota(all, both);
    }

    /** The key's own limits. */
    public AccountLimits limits() {
        return levels.isEmpty() || !levels.getFirst().scope().startsWith(Scope.KEY_PREFIX)
                ? AccountLimits.NONE
                : levels.getFirst().limits();
    }

    /** Everything that has limits: the key, its team, its team's team. */
    public List<Level> levels() {
        return levels;
    }

    /** What may be spent: by the key, its team, its team's team. */
    public List<Budget> budgets() {
        return budgets;
    }

    /** What a request is charged to whatever its model is. */
    public List<Scope> scopes() {
        return always;
    }

    /**
     * What a request for a model is charged to.
     *
     * @param model public name that was asked for
     */
    public List<Scope> scopes(String model) {
        if (!byModel) {
            return always;
        }
        List<Scope> scopes = new ArrayList<>(levels.size() + 2);
        for (Level level : levels) {
            level.limits().addScopes(level.scope(), model, scopes);
        }
        return scopes;
    }

    /**
     * Everything that requests for some models can be charged to.
     *
     * @param models public names
     */
    public Collection<Scope> everyScope(Collection<String> models) {
        if (!byModel) {
            return always;
        }
        Set<Scope> scopes = new LinkedHashSet<>(always);
        models.forEach(model -> scopes.addAll(scopes(model)));
        return scopes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyQuota quota && quota.levels.equals(levels) && quota.budgets.equals(budgets);
    }

    @Override
    public int hashCode() {
        return levels.hashCode() * 31 + budgets.hashCode();
    }

    @Override
    public String toString() {
        return "KeyQuota[levels=" + levels + ", budgets=" + budgets + "]";
    }
}
