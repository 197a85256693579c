package io.sluice.domain.quota;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The scopes that hold something, and the only place where a window changes. Confined to its book's thread. */
final class ScopeStates {
    /** Accounts are counted finely: their provider checks. */
    private static final int RESOLUTION = 240;

    /** Nobody outside checks a key's window, and there may be 100 000 of them. */
    private static final int KEY_RESOLUTION = 60;

    private final Map<String, ScopeState> states = new HashMap<>();
    private final Queue<ScopeState> rota = new ArrayDeque<>();
    private final long ttlNanos;
    private final long unknownUntil;
    private final Journal journal;
    private final ReservationTable reservations;
    private Map<String, LimitSet> limits;

    /**
     * Holds nothing yet.
     *
     * @param limits limits by scope id
     * @param ttlNanos how far ahead of now a charge may lie
     * @param unknownUntil instant with which windows start full, or {@link QuotaBook#ALL_KNOWN}
     * @param journal where changes are written first
     * @param reservations whose numbers tell which reservations a new window has not seen
     */
    ScopeStates(
            Map<String, LimitSet> limits,
            long ttlNanos,
            long unknownUntil,
            Journal journal,
            ReservationTable reservations) {
        this.limits = limits;
        this.ttlNanos = ttlNanos;
        this.unknownUntil = unknownUntil;
        this.journal = journal;
        this.reservations = reservations;
    }

    int size() {
        return states.size();
    }

    /** The state of a scope if it holds something; else null. */
    @Nullable
    ScopeState known(String id) {
        return states.get(id);
    }

    /** The state of a scope; null when it has no limits. */
    @Nullable
    ScopeState of(long now, Scope scope) {
        ScopeState state = states.get(scope.id());
        if (state != null) {
            return state;
        }
        LimitSet set = limits.getOrDefault(scope.id(), scope.limits());
        return set.isEmpty() ? null : create(now, scope.id(), set, unknownUntil);
    }

    /** The states of those scopes that have limits. */
    List<ScopeState> of(long now, List<Scope> scopes) {
        List<ScopeState> found = new ArrayList<>(scopes.size());
        for (Scope scope : scopes) {
            ScopeState state = of(now, scope);
            if (state != null) {
                found.add(state);
            }
        }
        return found;
    }

    void charge(long now, LimitState limit, long instant, long units) {
        if (units != 0 && limit.window().counts(now, instant)) {
            journal.add(now, limit, instant, units);
            limit.window().add(now, instant, units);
        }
    }

    void reload(long now, Map<String, LimitSet> newLimits) {
        limits = newLimits;
        enforce(now);
    }

    /** Brings the limits of the present revision into force. */
    void enforce(long now) {
        for (ScopeState state : states.values()) {
            LimitSet set = limits.get(state.id());
            if (set != null) {
                apply(now, state, set, QuotaBook.ALL_KNOWN);
            }
        }
    }

    void forgetIdle(long now, int atMost) {
        for (int i = Math.min(atMost, rota.size()); i > 0; i--) {
            ScopeState state = rota.remove();
            if (state.isIdle(now)) {
                states.remove(state.id());
            } else {
                state.forgetUnused(now);
                rota.add(state);
            }
        }
    }

    void replay(long now, String id, Dimension dimension, long windowNanos, long instant, long units) {
        ScopeState state = states.get(id);
        if (state == null) {
            state = add(id);
        }
        Limit kind = new Limit(dimension, Long.MAX_VALUE, Duration.ofNanos(windowNanos));
        LimitState limit = state.find(kind);
        if (limit == null) {
            limit = new LimitState(id, kind, window(now, state, kind), reservations.next());
            state.keep(limit);
        }
        charge(now, limit, instant, units);
    }

    void writeTo(long now, Journal sink) {
        for (ScopeState state : states.values()) {
            for (LimitState limit : state.charged()) {
                limit.window().forEach(now, (instant, units) -> sink.add(now, limit, instant, units));
            }
        }
    }

    private ScopeState create(long now, String id, LimitSet set, long fullAt) {
        ScopeState state = add(id);
        apply(now, state, set, fullAt);
        return state;
    }

    private ScopeState add(String id) {
        ScopeState state = new ScopeState(id, id.startsWith(Scope.KEY_PREFIX) ? KEY_RESOLUTION : RESOLUTION);
        states.put(id, state);
        rota.add(state);
        return state;
    }

    private void apply(long now, ScopeState state, LimitSet set, long fullAt) {
        LimitState[] next = new LimitState[set.windows().size()];
        for (int i = 0; i < next.length; i++) {
            Limit limit = set.windows().get(i);
            LimitState kept = state.find(limit);
            next[i] = kept != null ? kept : begin(now, state, limit, fullAt);
            next[i].become(limit);
        }
        state.become(now, next, set.concurrency());
    }

    /** A new window; it takes over the charges of the longest one of its kind, which stays as it is. */
    private LimitState begin(long now, ScopeState state, Limit limit, long fullAt) {
        LimitState fresh = new LimitState(state.id(), limit, window(now, state, limit), reservations.next());
        LimitState forerunner = state.longest(limit.dimension());
        if (forerunner != null) {
            forerunner.window().forEach(now, (instant, units) -> charge(now, fresh, instant, units));
        }
        if (fullAt != QuotaBook.ALL_KNOWN) {
            charge(now, fresh, fullAt, limit.amount());
        }
        return fresh;
    }

    private SlidingWindow window(long now, ScopeState state, Limit limit) {
        return new SlidingWindow(limit.window().toNanos(), state.resolution(), ttlNanos, now);
    }
}
