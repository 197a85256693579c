package io.sluice.message;

import java.util.List;

/**
 * Whose leases of money a request's cost comes out of.
 *
 * @param run number of the node's run that holds them, not 0
 * @param scopes {@code key:NAME} and {@code team:NAME} of the budgets, at least one
 */
public record LeaseUse(long run, List<String> scopes) {
    /** The most scopes: a key, its team, and that one's team. */
    public static final int MOST_SCOPES = 3;

    /** Copies the list. */
    public LeaseUse {
        scopes = List.copyOf(scopes);
    }
}
