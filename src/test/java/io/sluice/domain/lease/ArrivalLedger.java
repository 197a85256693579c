package io.sluice.domain.lease;

import io.sluice.domain.quota.Limit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** The naive exact checker: every arrival at a provider with its real time, and every limit with the time it held. */
final class ArrivalLedger {
    private static final long SLACK = 1_500_000_000L;

    private final Map<String, List<long[]>> arrivals = new HashMap<>();
    private final Map<Kind, List<long[]>> inForce = new HashMap<>();

    /** One limit of one scope. */
    record Kind(String scope, int dimension, long windowNanos, String zone) {
        static Kind of(String scope, Limit limit) {
            return new Kind(
                    scope,
                    limit.dimension().ordinal(),
                    limit.window().toNanos(),
                    limit.zone() == null ? "" : limit.zone());
        }
    }

    private long count;

    /** How many requests arrived. */
    long count() {
        return count;
    }

    /** Units arrived. */
    void arrive(String scope, long at, long[] units) {
        long[] entry = new long[units.length + 1];
        System.arraycopy(units, 0, entry, 1, units.length);
        entry[0] = at;
        arrivals.computeIfAbsent(scope, any -> new ArrayList<>()).add(entry);
        count++;
    }

    /** The amount in force from now on; {@link Long#MAX_VALUE} for none. */
    void force(Kind kind, long at, long amount) {
        List<long[]> history = inForce.computeIfAbsent(kind, any -> new ArrayList<>());
        if (history.isEmpty() || history.getLast()[1] != amount) {
            history.add(new long[] {at, amount});
        }
    }

    List<Kind> kinds() {
        return List.copyOf(inForce.keySet());
    }

    /** Fails when a window held more than the largest limit in force about it; then forgets what is long over. */
    void check(long now, LongUnaryOperator dayOf, String context) {
        arrivals.values().forEach(list -> list.sort((a, b) -> Long.compare(a[0], b[0])));
        for (Kind kind : inForce.keySet()) {
            List<long[]> list = arrivals.getOrDefault(kind.scope(), List.of());
            if (kind.zone().isEmpty()) {
                sliding(kind, list, context);
            } else {
                days(kind, list, dayOf, context);
            }
        }
        arrivals.values().forEach(list -> list.removeIf(entry -> entry[0] < now - 130_000_000_000L));
    }

    private void sliding(Kind kind, List<long[]> list, String context) {
        int d = kind.dimension() + 1;
        long sum = 0;
        int first = 0;
        for (long[] entry : list) {
            sum += entry[d];
            while (list.get(first)[0] <= entry[0] - kind.windowNanos()) {
                sum -= list.get(first++)[d];
            }
            long most = most(kind, entry[0] - kind.windowNanos() - SLACK, entry[0]);
            if (sum > most) {
                throw new AssertionError(sum + " > " + most + " of " + kind + " in the window that ends at " + entry[0]
                        + ", begins at " + list.get(first)[0] + "; " + context);
            }
        }
    }

    private void days(Kind kind, List<long[]> list, LongUnaryOperator dayOf, String context) {
        Map<Long, Long> sums = new HashMap<>();
        Map<Long, long[]> spans = new HashMap<>();
        for (long[] entry : list) {
            long day = dayOf.applyAsLong(entry[0]);
            sums.merge(day, entry[kind.dimension() + 1], Long::sum);
            spans.computeIfAbsent(day, any -> new long[] {entry[0], entry[0]})[1] = entry[0];
        }
        sums.forEach((day, sum) -> {
            long[] span = spans.get(day);
            long most = most(kind, span[0] - SLACK, span[1]);
            if (sum > most) {
                throw new AssertionError(sum + " > " + most + " of " + kind + " on day " + day + "; " + context);
            }
        });
    }

    /** The largest amount in force within a time; unlimited before there was any. */
    private long most(Kind kind, long from, long to) {
        long most = 0;
        List<long[]> history = inForce.get(kind);
        for (int i = 0; i < history.size(); i++) {
            long until = i + 1 < history.size() ? history.get(i + 1)[0] : Long.MAX_VALUE;
            if (history.get(i)[0] <= to && until >= from) {
                most = Math.max(most, history.get(i)[1]);
            }
        }
        return history.getFirst()[0] > from ? Math.max(most, history.getFirst()[1]) : most;
    }
}
