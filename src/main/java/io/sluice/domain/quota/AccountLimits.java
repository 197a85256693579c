package io.sluice.domain.quota;

import io.sluice.domain.Glob;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The limits of an account.
 *
 * @param all what all its requests share
 * @param perModel what each upstream model of a pattern has for itself; an exact name goes before a pattern, a longer
 *     pattern before a shorter one
 * @param groups what several upstream models share
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
     * Models that share limits.
     *
     * @param models patterns of upstream names
     * @param limits what they share
     */
    public record Group(List<Glob> models, LimitSet limits) {
        /** Copies the list. */
        public Group {
            models = List.copyOf(models);
        }
    }
}
