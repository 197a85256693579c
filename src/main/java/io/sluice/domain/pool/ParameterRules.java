package io.sluice.domain.pool;

import io.sluice.domain.Glob;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a channel or an account changes in the top-level fields of a request. No field stands in two of the three.
 *
 * @param set field name to its value as JSON text; replaces the client's value or adds the field
 * @param defaults field name to its value as JSON text; counts where the request has no such field
 * @param remove names of fields that are taken out
 * @param perModel rules for some upstream models, in file order: the first that matches goes before the others, field by
 *     field; these have none of their own
 */
public record ParameterRules(
        Map<String, String> set,
        Map<String, String> defaults,
        List<String> remove,
        Map<Glob, ParameterRules> perModel) {
    /** Nothing is changed. */
    public static final ParameterRules NONE = new ParameterRules(Map.of(), Map.of(), List.of(), Map.of());

    /** Copies all, keeping their order. */
    public ParameterRules {
        set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
        defaults = Collections.unmodifiableMap(new LinkedHashMap<>(defaults));
        remove = List.copyOf(remove);
        perModel = Collections.unmodifiableMap(new LinkedHashMap<>(perModel));
    }

    /** Rules for every model, without defaults. */
    public ParameterRules(Map<String, String> set, List<String> remove) {
        this(set, Map.of(), remove, Map.of());
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return set.isEmpty() && defaults.isEmpty() && remove.isEmpty() && perModel.isEmpty();
    }

    /**
     * The rules for one model.
     *
     * @param upstreamModel the provider's name for it
     * @return without any per model
     */
    public ParameterRules forModel(String upstreamModel) {
        if (perModel.isEmpty()) {
            return this;
        }
        ParameterRules general = new ParameterRules(set, defaults, remove, Map.of());
        for (Map.Entry<Glob, ParameterRules> model : perModel.entrySet()) {
            if (model.getKey().matches(upstreamModel)) {
                return model.getValue().over(general);
            }
        }
        return general;
    }

    /**
     * These rules, and others for the fields of which these say nothing. Both are of one model already.
     *
     * @param others what counts otherwise
     */
    public ParameterRules over(ParameterRules others) {
        if (isEmpty()) {
            return others;
        }
        Map<String, String> allSet = new LinkedHashMap<>(others.set);
        Map<String, String> allDefaults = new LinkedHashMap<>(others.defaults);
        List<String> allRemove = new ArrayList<>(others.remove);
        for (List<String> fields : List.of(List.copyOf(set.keySet()), List.copyOf(defaults.keySet()), remove)) {
            allSet.keySet().removeAll(fields);
            allDefaults.keySet().removeAll(fields);
            allRemove.removeAll(fields);
        }
        allSet.putAll(set);
        allDefaults.putAll(defaults);
        allRemove.addAll(remove);
        return new ParameterRules(allSet, allDefaults, allRemove, Map.of());
    }
}
