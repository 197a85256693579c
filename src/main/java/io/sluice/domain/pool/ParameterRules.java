package io.sluice.domain.pool;

import java.util.List;
import java.util.Map;

/**
 * What a channel changes in the top-level fields of a request.
 *
 * @param set field name to its value as JSON text; replaces the client's value or adds the field
 * @param remove names of fields that are taken out; never one that is also set
 */
public record ParameterRules(Map<String, String> set, List<String> remove) {
    /** Nothing is changed. */
    public static final ParameterRules NONE = new ParameterRules(Map.of(), List.of());

    /** Copies both, keeping the order of {@code set}. */
    public ParameterRules {
        set = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(set));
        remove = List.copyOf(remove);
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return set.isEmpty() && remove.isEmpty();
    }
}
