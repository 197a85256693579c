package io.sluice.domain.budget;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The store's tables in memory: what was spent, and who holds what. */
final class ModelStore {
    private final Map<String, Long> spent = new HashMap<>();
    private final Map<String, Map<Long, long[]>> leases = new HashMap<>();

    /** One transaction of a grant. */
    LeaseAnswer carryOut(long run, LeaseDemand demand) {
        String scope = demand.budget().scope();
        Map<Long, long[]> rows = leases.computeIfAbsent(scope, s -> new HashMap<>());
        long elsewhere = rows.entrySet().stream()
                .filter(row -> row.getKey() != run)
                .mapToLong(row -> Math.max(0, row.getValue()[0] - row.getValue()[1]))
                .sum();
        long[] own = rows.get(run);
        LeaseDemand.Outcome outcome = demand.decide(
                new LeaseState(spent(scope), elsewhere, own == null ? null : own[0], own == null ? 0 : own[1]));
        if (outcome.isNothing()) {
            rows.remove(run);
        } else {
            rows.put(run, new long[] {outcome.granted(), outcome.used()});
        }
        return new LeaseAnswer(outcome, spent(scope), elsewhere, null, Duration.ZERO);
    }

    /** One record is written. */
    void write(long run, String scope, long micros) {
        spent.merge(scope, micros, Long::sum);
        leases.computeIfAbsent(scope, s -> new HashMap<>()).computeIfAbsent(run, r -> new long[2])[1] += micros;
    }

    /** A run is over, and all its records are written. */
    void forget(long run) {
        leases.values().forEach(rows -> rows.remove(run));
    }

    long spent(String scope) {
        return spent.getOrDefault(scope, 0L);
    }

    /** What all runs hold of a scope. */
    long leased(String scope) {
        return leases.getOrDefault(scope, Map.of()).values().stream()
                .mapToLong(row -> Math.max(0, row[0] - row[1]))
                .sum();
    }
}
