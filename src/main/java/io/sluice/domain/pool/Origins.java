package io.sluice.domain.pool;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the entries of a revision come from: files, or the store that is managed by API.
 *
 * @param files id of what the files alone say, 12 hex digits; the revision's own id when nothing is stored
 * @param entries where each entry in force stands, by {@link #key}
 * @param outOfForce stored entries that are not in force
 */
public record Origins(String files, Map<String, Origin> entries, List<OutOfForce> outOfForce) {
    /** Nothing is known. */
    public static final Origins NONE = new Origins("", Map.of(), List.of());

    /** Copies the collections. */
    public Origins {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        outOfForce = List.copyOf(outOfForce);
    }

    /**
     * Where an entry stands.
     *
     * @param kind {@code channels}, {@code accounts}, {@code models}, {@code teams} or {@code prices}
     * @param name its name; of an account {@code channel/account}
     * @return null for what stands nowhere, such as a model that only channels name
     */
    public @Nullable Origin of(String kind, String name) {
        return entries.get(key(kind, name));
    }

    /** The key of {@link #entries}. */
    public static String key(String kind, String name) {
        return kind + "/" + name;
    }

    /**
     * A place.
     *
     * @param where file and line, such as {@code gateway.yaml:12}; {@code store} for what is managed by API
     * @param version of a stored entry, from 1; 0 for what stands in a file
     */
    public record Origin(String where, long version) {
        /** Where stored entries stand. */
        public static final String STORE = "store";

        /** Whether it is managed by API. */
        public boolean isStored() {
            return version > 0;
        }
    }

    /**
     * A stored entry that is not in force.
     *
     * @param kind {@code channels}, {@code models}, {@code teams} or {@code prices}
     * @param name its name
     * @param version its version, from 1
     * @param reasons what is in its way, at least one
     */
    public record OutOfForce(String kind, String name, long version, List<Reason> reasons) {
        /** Copies the list. */
        public OutOfForce {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * What is in the way of a stored entry.
     *
     * @param where file and line, or {@code store:KIND/NAME}; empty when it is no place
     * @param path where in that; empty for all of it
     * @param message what is wrong and what would be right
     */
    public record Reason(String where, String path, String message) {
        @Override
        public String toString() {
            return (where.isEmpty() ? "" : where + ": ") + (path.isEmpty() ? "" : path + ": ") + message;
        }
    }
}
