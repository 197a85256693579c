package io.sluice.domain.quota;

import org.jspecify.annotations.Nullable;

/** A scope's windows and its requests in flight. Confined to its book's thread. */
final class ScopeState {
    private final String id;
    private final int resolution;
    private LimitState[] limits = {};
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

    LimitState[] limits() {
        return limits;
    }

    void become(LimitState[] newLimits, int newConcurrency) {
        limits = newLimits;
        concurrency = newConcurrency;
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
        for (LimitState state : limits) {
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

    @Nullable
    LimitState find(Limit limit) {
        for (LimitState state : limits) {
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
        for (LimitState state : limits) {
            if (state.limit().dimension() == dimension
                    && (longest == null
                            || state.limit().window().compareTo(longest.limit().window()) > 0)) {
                longest = state;
            }
        }
        return longest;
    }
}
