package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import java.util.List;
import java.util.Map;

/**
 * What the group shows of one scope.
 *
 * @param id of the scope
 * @param limits each limit
 * @param waiting requests told as waiting, by node
 * @param placesLimit requests in flight at once; 0 for no limit
 * @param places places held, by node
 * @param fullForNanos for how long a provider asked to slow down; 0 when it did not
 * @param grantedRequests requests granted since the group began
 */
public record ScopeCounters(
        String id,
        List<LimitCounters> limits,
        Map<String, Integer> waiting,
        int placesLimit,
        Map<String, Integer> places,
        long fullForNanos,
        long grantedRequests) {
    /** Copies the collections. */
    public ScopeCounters {
        limits = List.copyOf(limits);
        waiting = Map.copyOf(waiting);
        places = Map.copyOf(places);
    }

    /**
     * What the group shows of one limit.
     *
     * @param dimension what it counts
     * @param windowNanos length of its window
     * @param amount in force
     * @param configured the smallest that a node configures; larger than {@code amount} when the provider named less
     * @param charged units that count now, leased ones included
     * @param leased units held by nodes and not written, by node
     * @param external units that somebody else seems to use
     * @param freeInNanos time until one more unit fits; 0 when it does
     */
    public record LimitCounters(
            Dimension dimension,
            long windowNanos,
            long amount,
            long configured,
            long charged,
            Map<String, Long> leased,
            long external,
            long freeInNanos) {
        /** Copies the map. */
        public LimitCounters {
            leased = Map.copyOf(leased);
        }
    }
}
