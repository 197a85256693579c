package io.sluice.notify;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.Scope;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much of a model's pool is used. Looked at are the limits of one kind (tokens a minute, requests a day, requests at
 * once) of all accounts that serve the model and are neither dead nor switched off, if every one of them has such a limit:
 * of each the one with the least room, each counted once. What is used of all of them together, by the kind with the largest
 * share, is the use of the pool.
 *
 * @param permille what is used, 0 to 1000
 * @param kind of the limits, for people
 * @param used units
 * @param amount units that there are
 */
record PoolUse(int permille, String kind, long used, long amount) {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** What limits have in common; no dimension for requests at once. */
    private record Kind(@Nullable Dimension dimension, long windowNanos) {
        String text() {
            if (dimension == null) {
                return "requests at once";
            }
            long seconds = windowNanos / NANOS_PER_SECOND;
            String every = seconds == 60 ? "a minute" : seconds == 86_400 ? "a day" : "in " + seconds + " s";
            return dimension.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + every;
        }
    }

    /** What one limit holds. */
    private record Fill(String scope, long used, long amount) {
        long free() {
            return amount - used;
        }
    }

    private static final class Sum {
        private final Set<String> scopes = new HashSet<>();
        private int candidates;
        private long used;
        private long amount;

        void add(Fill fill) {
            candidates++;
            if (scopes.add(fill.scope)) {
                used += Math.min(fill.used, fill.amount);
                amount += fill.amount;
            }
        }
    }

    /**
     * Of every model whose pool is limited.
     *
     * @param health how the candidates stand
     * @param scopes what is counted
     * @param nanos monotonic nanoseconds
     */
    static Map<String, PoolUse> of(
            GatewayRevision revision, PoolSnapshot health, List<ScopeCounters> scopes, long nanos) {
        PoolSnapshot standing = health.of(revision);
        Map<String, ScopeCounters> counters = new HashMap<>();
        scopes.forEach(scope -> counters.put(scope.id(), scope));
        Map<String, PoolUse> uses = new LinkedHashMap<>();
        revision.models().forEach((name, model) -> {
            List<Candidate> serving = model.candidates().stream()
                    .filter(candidate -> serves(standing.standing(candidate.slot(), nanos)))
                    .toList();
            PoolUse use = of(serving, counters);
            if (use != null) {
                uses.put(name, use);
            }
        });
        return uses;
    }

    private static boolean serves(byte standing) {
        return standing != PoolSnapshot.DEAD && standing != PoolSnapshot.DRAINING && standing != PoolSnapshot.DISABLED;
    }

    private static @Nullable PoolUse of(List<Candidate> serving, Map<String, ScopeCounters> counters) {
        Map<Kind, Sum> sums = new LinkedHashMap<>();
        for (Candidate candidate : serving) {
            Map<Kind, Fill> fills = new LinkedHashMap<>();
            for (Scope scope : candidate.scopes()) {
                fill(scope, counters.get(scope.id()), fills);
            }
            fills.forEach(
                    (kind, fill) -> sums.computeIfAbsent(kind, k -> new Sum()).add(fill));
        }
        PoolUse most = null;
        for (Map.Entry<Kind, Sum> entry : sums.entrySet()) {
            Sum sum = entry.getValue();
            if (sum.candidates == serving.size() && sum.amount > 0) {
                int permille = (int) (sum.used * 1_000.0 / sum.amount);
                if (most == null || permille > most.permille) {
                    most = new PoolUse(permille, entry.getKey().text(), sum.used, sum.amount);
                }
            }
        }
        return most;
    }

    private static void fill(Scope scope, @Nullable ScopeCounters counted, Map<Kind, Fill> fills) {
        for (Limit limit : scope.limits().windows()) {
            Kind kind = new Kind(limit.dimension(), limit.window().toNanos());
            LimitCounters count = counted == null ? null : count(counted, kind);
            put(
                    fills,
                    kind,
                    count == null
                            ? new Fill(scope.id(), 0, limit.amount())
                            : new Fill(scope.id(), count.charged() + count.external(), count.amount()));
        }
        int places = scope.limits().concurrency();
        if (places > 0) {
            long held = counted == null
                    ? 0
                    : counted.places().values().stream()
                            .mapToLong(Integer::longValue)
                            .sum();
            put(fills, new Kind(null, 0), new Fill(scope.id(), held, places));
        }
    }

    private static @Nullable LimitCounters count(ScopeCounters counted, Kind kind) {
        for (LimitCounters limit : counted.limits()) {
            if (limit.dimension() == kind.dimension && limit.windowNanos() == kind.windowNanos) {
                return limit;
            }
        }
        return null;
    }

    /** Of several limits of a kind, the one with the least room. */
    private static void put(Map<Kind, Fill> fills, Kind kind, Fill fill) {
        fills.merge(kind, fill, (one, other) -> other.free() < one.free() ? other : one);
    }
}
