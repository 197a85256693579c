package io.sluice.config;

import java.time.Duration;

/**
 * How the database is used.
 *
 * @param connections the most of this node, beside one that watches, 2 to 200
 * @param connectTimeout the most that a connection may take to be made, and to be had from the pool
 * @param statementTimeout the most that one statement may take
 * @param startWithout whether a node starts while the database is away
 * @param snapshotMaxAge for how long keys of the database are good while it is away
 */
public record StoreUse(
        int connections,
        Duration connectTimeout,
        Duration statementTimeout,
        StartWithout startWithout,
        Duration snapshotMaxAge) {
    /** Eight connections, 5 s, 10 s, from the last snapshot, which is good for a week. */
    public static final StoreUse DEFAULT =
            new StoreUse(8, Duration.ofSeconds(5), Duration.ofSeconds(10), StartWithout.SNAPSHOT, Duration.ofDays(7));

    /** Whether a node starts while the database is away. */
    public enum StartWithout {
        /** When what the database held is on the disk from the last time. */
        SNAPSHOT,
        /** In any case; keys and budgets of the database are missing until it is there. */
        ALWAYS,
        /** Not at all. */
        NEVER
    }
}
