package io.sluice.store;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of some requests beside their sums.
 *
 * @param measured how many of them had a first byte
 * @param p50Micros half of those had it within this time, right to 6 %; null when none had
 * @param p99Micros ninety-nine of a hundred had it within this time; null when none had
 * @param errors how many were not completed, by class; without those of which there are none
 * @param waited how many were completed after they had waited for room, 20 ms or longer
 * @param moved how many were completed by another attempt than their first, without such a wait
 */
public record UsageFacets(
        long measured,
        @Nullable Long p50Micros,
        @Nullable Long p99Micros,
        SortedMap<String, Long> errors,
        long waited,
        long moved) {
    /** Nothing is known. */
    public static final UsageFacets NONE = new UsageFacets(0, null, null, new TreeMap<>(), 0, 0);

    /** Copies the map. */
    public UsageFacets {
        errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
    }
}
