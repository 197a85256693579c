package io.sluice.domain.lease;

/**
 * The group's answer to one {@link ScopeStatement}.
 *
 * @param scope number of the scope
 * @param granted units beyond what was kept; of whole waiting requests in their order, then of what was wanted
 * @param places places in flight held now, those kept included
 * @param ttlNanos how long what is kept and granted may be spent, from before the renewal was sent the first time; a fiftieth
 *     of the scope's shortest window in force, 100 ms at least and 500 ms at most
 * @param free units that nobody holds after this grant, by dimension; {@link Long#MAX_VALUE}/4 where nothing limits
 * @param limits the amounts in force, the smallest of each dimension's windows; 0 where nothing limits. May be lower than
 *     the node's own
 * @param fitsInNanos time until the first waiting request that was not granted will fit if nothing changes: 0 when all
 *     that were told were granted, {@link #NEVER} when it is larger than a limit in force, {@link #UNKNOWN} when it
 *     depends on requests in flight
 */
public record ScopeGrant(
        int scope, Units granted, int places, long ttlNanos, Units free, Units limits, long fitsInNanos) {
    /** The request is larger than a whole limit. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Nobody knows: it waits for a request in flight. */
    public static final long UNKNOWN = Long.MAX_VALUE - 1;
}
