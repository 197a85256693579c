package io.sluice.admin;

import io.sluice.domain.lease.ScopeCounters;
import io.sluice.message.QuotaCounters;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Requests granted a second, by the difference of two counts. A node that does not count itself sees counts only when
 * somebody asks; the first time there is no rate. Used by one thread.
 */
final class GrantRates {
    /** Counts closer together would show noise. */
    private static final long LEAST_MILLIS = 500;

    /** Counts farther apart say nothing of now. */
    private static final long MOST_MILLIS = 60_000;

    private Sample earlier = new Sample("", 0, Map.of());
    private Sample latest = earlier;

    /**
     * A count.
     *
     * @param leader whose clock it goes by
     * @param atMillis when
     * @param granted requests since the group began, by scope
     */
    private record Sample(String leader, long atMillis, Map<String, Long> granted) {}

    /** Takes a count; the same one again changes nothing. */
    void seen(QuotaCounters counters) {
        boolean otherClock = !counters.leader().equals(latest.leader);
        if (otherClock || counters.atMillis() - latest.atMillis >= LEAST_MILLIS) {
            earlier = latest;
            latest = new Sample(
                    counters.leader(),
                    counters.atMillis(),
                    counters.scopes().stream()
                            .collect(Collectors.toMap(
                                    ScopeCounters::id, ScopeCounters::grantedRequests, (one, other) -> other)));
        }
    }

    /** Requests a second, to the hundredth; null when there are no two counts to compare. */
    @Nullable
    Double perSecond(String scope) {
        long millis = latest.atMillis - earlier.atMillis;
        Long before = earlier.granted.get(scope);
        Long after = latest.granted.get(scope);
        boolean comparable = latest.leader.equals(earlier.leader) && millis > 0 && millis <= MOST_MILLIS;
        if (!comparable || before == null || after == null || after < before) {
            return null;
        }
        return Math.round((after - before) * 100_000.0 / millis) / 100.0;
    }
}
