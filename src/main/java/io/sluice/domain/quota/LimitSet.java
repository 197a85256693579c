package io.sluice.domain.quota;

import java.util.List;

/**
 * The limits of one scope.
 *
 * @param windows amounts per window; at most one for each dimension and length
 * @param concurrency requests in flight at once; 0 for no limit
 */
public record LimitSet(List<Limit> windows, int concurrency) {
    /** No limit at all. */
    public static final LimitSet NONE = new LimitSet(List.of(), 0);

    /** Copies the list. */
    public LimitSet {
        windows = List.copyOf(windows);
    }

    /** Whether nothing is limited. */
    public boolean isEmpty() {
        return windows.isEmpty() && concurrency == 0;
    }
}
