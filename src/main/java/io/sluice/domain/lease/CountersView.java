package io.sluice.domain.lease;

import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shows a scope to people. Changes nothing. */
final class CountersView {
    private CountersView() {}

    static ScopeCounters of(GroupScope scope, long now) {
        List<LimitCounters> limits = new ArrayList<>(scope.limits.size());
        for (GroupLimit limit : scope.limits) {
            if (limit.isInForce()) {
                limits.add(of(scope, limit, now));
            }
        }
        Map<String, Integer> waiting = new HashMap<>();
        Map<String, Integer> places = new HashMap<>();
        for (Holding holding : scope.holdings) {
            String node = holding.client.id.node();
            long requests = holding.waiting.get(0);
            if (requests > 0) {
                waiting.put(node, (int) Math.min(Integer.MAX_VALUE, requests));
            }
            if (holding.places > 0) {
                places.put(node, holding.places);
            }
        }
        return new ScopeCounters(
                scope.id,
                limits,
                waiting,
                scope.concurrency,
                places,
                Math.max(0, scope.fullUntil <= now ? 0 : scope.fullUntil - now),
                scope.grantedRequests);
    }

    private static LimitCounters of(GroupScope scope, GroupLimit limit, long now) {
        Map<String, Long> leased = new HashMap<>();
        for (Holding holding : scope.holdings) {
            long units = holding.units[limit.ordinal()];
            if (units > 0 && holding.expiry > now) {
                leased.put(holding.client.id.node(), units);
            }
        }
        long fitsAt = limit.amount() < 1 ? Long.MAX_VALUE : limit.fitsAt(1, 1);
        return new LimitCounters(
                limit.dimension(),
                limit.windowNanos(),
                limit.amount(),
                limit.configured,
                limit.used(),
                leased,
                limit.externalNow(),
                fitsAt == Long.MAX_VALUE ? ScopeGrant.UNKNOWN : fitsAt - now);
    }
}
