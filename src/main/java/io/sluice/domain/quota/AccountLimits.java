package io.sluice.domain.quota;

import io.sluice.domain.Glob;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The limits of an account, a virtual key or a team. Models are the provider's names for an account, public names for the
 * others.
 *
 * @param all what all its requests share
 * @param perModel what each model of a pattern has for itself; an exact name goes before a pattern, a longer pattern before
 *     a shorter one
 * @param groups what several models share
 */
public record AccountLimits(LimitSet all, Map<Glob, LimitSet> perModel, List<Group> groups) {
    /** No limit at all. */
    public static final AccountLimits NONE = new AccountLimits(LimitSet.NONE, Map.of(), List.of());

    /** Copies the collections. */
    public AccountLimits {
        perModel = Collections.unmodifiableMap(new LinkedHashMap<>(perModel));
        groups = List.copyOf(groups);
    }

    /**
     * Adds what a request is charged to: the whole, the model's own, and every group that the model is in.
     *
     * @param id scope of the whole
     * @param model the request's
     * @param scopes where they are added, those without limits left out
     */
    public void addScopes(String id, String model, List<Scope> scopes) {
        add(id, all, scopes);
        for (Map.Entry<Glob, LimitSet> entry : perModel.entrySet()) {
            if (entry.getKey().matches(model)) {
                add(id + "|model:" + model, entry.getValue(), scopes);
                break;
            }
        }
        for (int i = 0; i < groups.size(); i++) {
            if (groups.get(i).models().stream().anyMatch(glob -> glob.matches(model))) {
                add(id + "|group:" + i, groups.get(i).limits(), scopes);
            }
        }
    }

    private static void add(String id, LimitSet limits, List<Scope> scopes) {
        if (!limits.isEmpty()) {
            scopes.add(new Scope(id, limits));
        }
    }

    /**
     * Models that share limits.
     *
     * @param models patterns of their names
     * @param limits what they share
     */
    public record Group(List<Glob> models, LimitSet limits) {
        /** Copies the list. */
        public Group {
            models = List.copyOf(models);
        }
    }
}
