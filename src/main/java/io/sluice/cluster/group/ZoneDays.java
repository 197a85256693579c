package io.sluice.cluster.group;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Which day it is in each time zone in use, by the wall clock: a little late, for the provider's clock may be behind ours,
 * and never going back.
 */
final class ZoneDays {
    private static final Duration LATE = Duration.ofSeconds(2);

    private final InstantSource clock;
    private final Map<String, Long> days = new HashMap<>();

    ZoneDays(InstantSource clock) {
        this.clock = clock;
    }

    /** The days now. A name that is no zone has none. */
    Map<String, Long> of(Collection<String> zones) {
        Map<String, Long> now = new HashMap<>();
        for (String zone : zones) {
            try {
                long day = clock.instant()
                        .minus(LATE)
                        .atZone(ZoneId.of(zone))
                        .toLocalDate()
                        .toEpochDay();
                now.put(zone, days.merge(zone, day, Math::max));
            } catch (DateTimeException e) {
                // Configuration lets no such name in; a renewal that names one all the same gets no day.
                continue;
            }
        }
        return now;
    }
}
