package io.sluice.quota;

import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.GroupOperation;
import io.sluice.domain.lease.Renewal;
import io.sluice.domain.lease.ScopeDefinition;
import io.sluice.domain.quota.Limit;
import io.sluice.message.QuotaCounters;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Feeds the group of a node that is alone: each renewal is an operation of its own, with the time of the machine's
 * monotonic clock. The wall clock tells days only. Used on the event loop of its verticle.
 */
final class LocalGroup {
    /** A day is told a little late, for the provider's clock may be behind ours. */
    private static final Duration LATE = Duration.ofSeconds(2);

    private final KeptGroup kept;
    private final LongSupplier nanoClock;
    private final InstantSource wallClock;
    private final Map<String, ZoneId> zones = new TreeMap<>();
    private String node = "";
    private @Nullable QuotaCounters shown;
    private boolean changed = true;

    /**
     * Begins where the log left off.
     *
     * @param kept the group and its log; closed by its owner
     * @param nanoClock monotonic nanoseconds, not before the group's time
     * @param wallClock for the days of calendars
     */
    LocalGroup(KeptGroup kept, LongSupplier nanoClock, InstantSource wallClock) {
        this.kept = kept;
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
    }

    /**
     * Takes a renewal.
     *
     * @return null when it was answered before and is out of turn: nobody waits for it
     */
    @Nullable
    Answer renew(Renewal renewal) {
        node = renewal.client().node();
        changed |= !renewal.statements().isEmpty();
        for (ScopeDefinition definition : renewal.definitions()) {
            for (Limit limit : definition.limits().windows()) {
                if (limit.zone() != null) {
                    learn(limit.zone());
                }
            }
        }
        List<Answer> answers = apply(List.of(renewal));
        return answers.isEmpty() ? null : answers.getFirst();
    }

    /** Every scope's counters now. After a second without a lease and with nothing charged, the last ones again. */
    QuotaCounters counters() {
        if (changed || shown == null || !shown.scopes().isEmpty()) {
            changed = false;
            apply(List.of());
            shown = new QuotaCounters(node, wallClock.millis(), kept.group().counters());
        } else {
            shown = new QuotaCounters(node, wallClock.millis(), List.of());
        }
        return shown;
    }

    /** Whether a restart would find every charge. */
    boolean isKeeping() {
        return kept.log().isKeeping();
    }

    private List<Answer> apply(List<Renewal> renewals) {
        long elapsed = nanoClock.getAsLong() - kept.group().time();
        return kept.group().apply(new GroupOperation.Batch(Math.max(0, elapsed), days(), renewals));
    }

    private void learn(String zone) {
        try {
            zones.putIfAbsent(zone, ZoneId.of(zone));
        } catch (DateTimeException e) {
            zones.remove(zone); // The configuration refuses it; its day stays unknown.
        }
    }

    private Map<String, Long> days() {
        if (zones.isEmpty()) {
            return Map.of();
        }
        Instant now = wallClock.instant().minus(LATE);
        Map<String, Long> days = new HashMap<>();
        zones.forEach(
                (name, zone) -> days.put(name, LocalDate.ofInstant(now, zone).toEpochDay()));
        return days;
    }
}
