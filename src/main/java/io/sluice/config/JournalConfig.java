package io.sluice.config;

/**
 * The usage journal on the node's disk.
 *
 * @param fsync when it is forced to the disk
 * @param maxBytes the most it may take
 * @param whenFull what happens to requests then
 */
public record JournalConfig(Fsync fsync, long maxBytes, WhenFull whenFull) {
    /** Forced in batches, at most 1 GiB, and no request is taken that cannot be recorded. */
    public static final JournalConfig DEFAULT = new JournalConfig(Fsync.BATCH, 1L << 30, WhenFull.REFUSE);

    /** When the journal is forced to the disk. */
    public enum Fsync {
        /** Within 50 ms of a record. */
        BATCH,
        /** Before a record is acknowledged. */
        EACH,
        /** When the operating system likes. */
        OFF
    }

    /** What happens when the journal is full. */
    public enum WhenFull {
        /** New requests are refused, until there is space. */
        REFUSE,
        /** Requests go on; records are counted and lost, and operators are told. */
        COUNT
    }
}
