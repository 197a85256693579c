package io.sluice.domain.quota;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A scope's windows and its requests in flight. Confined to its book's thread. */
final class ScopeState {
    private final String id;
    private final int resolution;
    private LimitState[] limits = {};
    private LimitState[] charged = {};
    private int concurrency;
    private int inFlight;

    /**
     * Makes one without limits.
     *
     * @param id id of the scope
     * @param resolution buckets of its windows
     */
    ScopeState(String id, int resolution) {
        this.id = id;
        this.resolution = resolution;
    }

    String id() {
        return id;
    }

    int resolution() {
        return resolution;
    }

    /** The limits in force. */
    LimitState[] limits() {
        return limits;
    }

    /**
     * Every window that is charged: of the limits in force, and of those that no longer are but hold something, so that
     * one that comes back knows what it was used for in the meantime.
     */
    LimitState[] charged() {
        return charged;
    }

    /** Takes new limits into force; those they displace stay charged. */
    void become(long now, LimitState[] newLimits, int newConcurrency) {
        limits = newLimits;
        concurrency = newConcurrency;
        charged = inUse(now);
    }

    /** Charges a window that no limit in force has. */
    void keep(LimitState state) {
        charged = Arrays.copyOf(charged, charged.length + 1);
        charged[charged.length - 1] = state;
    }

    /** Forgets windows that hold nothing and that no limit in force has. */
    void forgetUnused(long now) {
        if (charged.length > limits.length) {
            charged = inUse(now);
        }
    }

    private LimitState[] inUse(long now) {
        List<LimitState> found = new ArrayList<>(List.of(limits));
        for (LimitState state : charged) {
            if (!found.contains(state) && state.window().used(now) != 0) {
                found.add(state);
            }
        }
        return found.toArray(LimitState[]::new);
    }

    boolean fits(long now, Estimate estimate) {
        if (concurrencyIsFull()) {
            return false;
        }
        for (LimitState state : limits) {
            if (state.free(now) < estimate.units(state.limit())) {
                return false;
            }
        }
        return true;
    }

    boolean concurrencyIsFull() {
        return concurrency > 0 && inFlight >= concurrency;
    }

    void enter() {
        inFlight++;
    }

    void leave() {
        inFlight--;
    }

    int inFlight() {
        return inFlight;
    }

    boolean isIdle(long now) {
        if (inFlight > 0) {
            return false;
        }
        for (LimitState state : charged) {
            if (state.window().used(now) != 0) {
                return false;
            }
        }
        return true;
    }

    int freePermille(long now) {
        int least = concurrency > 0 ? Math.max(0, concurrency - inFlight) * 1000 / concurrency : 1000;
        for (LimitState state : limits) {
            least = Math.min(least, state.freePermille(now));
        }
        return least;
    }

    /** The window of a limit's dimension and length, in force or not; null when there is none. */
    @Nullable
    LimitState find(Limit limit) {
        for (LimitState state : charged) {
            if (state.keeps(limit)) {
                return state;
            }
        }
        return null;
    }

    /** The longest window of a dimension; null when there is none. */
    @Nullable
    LimitState longest(Dimension dimension) {
        LimitState longest = null;
        for (LimitState state : charged) {
            if (state.limit().dimension() == dimension
                    && (longest == null
                            || state.limit().window().compareTo(longest.limit().window()) > 0)) {
                longest = state;
            }
        }
        return longest;
    }
}
