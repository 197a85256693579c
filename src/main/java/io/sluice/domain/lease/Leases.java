package io.sluice.domain.lease;

import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The scopes that this client has numbered, and which of them have anything to do. Confined to its book's thread. */
final class Leases {
    private final Map<String, ScopeLease> byId = new HashMap<>();
    private final List<ScopeLease> byNumber = new ArrayList<>();
    private final List<ScopeLease> busy = new ArrayList<>();
    private Map<String, LimitSet> limits;

    Leases(Map<String, LimitSet> limits) {
        this.limits = limits;
    }

    /** The lease of a scope; null when nothing limits it. */
    @Nullable
    ScopeLease of(Scope scope) {
        ScopeLease known = byId.get(scope.id());
        if (known != null) {
            return known;
        }
        LimitSet set = limits.getOrDefault(scope.id(), scope.limits());
        if (set.isEmpty()) {
            return null;
        }
        ScopeLease lease = new ScopeLease(scope.id(), busy);
        lease.become(set);
        lease.startOver(byNumber.size());
        byId.put(scope.id(), lease);
        byNumber.add(lease);
        return lease;
    }

    /** The lease of a scope if there is one. */
    @Nullable
    ScopeLease known(String id) {
        return byId.get(id);
    }

    void reload(Map<String, LimitSet> newLimits) {
        limits = newLimits;
        for (ScopeLease lease : byNumber) {
            LimitSet set = newLimits.get(lease.id);
            if (set != null) {
                lease.become(set);
            }
        }
    }

    /** A scope that is in no revision has other limits. */
    void limit(Scope scope) {
        ScopeLease lease = byId.get(scope.id());
        if (lease != null && !limits.containsKey(scope.id())) {
            lease.become(scope.limits());
        }
    }

    /** Everything is void; what nobody uses is forgotten, the rest is numbered anew. */
    void startOver() {
        List<ScopeLease> used = new ArrayList<>(busy);
        busy.clear();
        byId.clear();
        byNumber.clear();
        for (ScopeLease lease : used) {
            lease.rest();
            lease.startOver(byNumber.size());
            byId.put(lease.id, lease);
            byNumber.add(lease);
        }
    }

    void voidAll() {
        byNumber.forEach(ScopeLease::voidLease);
    }

    ScopeLease numbered(int number) {
        return byNumber.get(number);
    }

    /** Those with something to hold, to tell or to wait for. */
    List<ScopeLease> busy() {
        return busy;
    }

    void dropIdle() {
        busy.removeIf(lease -> {
            boolean idle = lease.isIdle();
            if (idle) {
                lease.rest();
            }
            return idle;
        });
    }
}
