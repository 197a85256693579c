package io.sluice.usage.journal;

import io.sluice.config.JournalConfig;
import io.sluice.metrics.JournalMetrics;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What a journal begins with.
 *
 * @param data the node's data directory
 * @param node the node's name
 * @param config when it is forced to the disk, how large it may be, what happens when it is full
 * @param metrics what is fed
 * @param receipts where those who append are told; not the journal's own threads
 * @param nanoClock monotonic nanoseconds
 * @param wallClock only for what people read; it may go back
 * @param salts random numbers
 * @param openRequests how many requests may be open at a time
 */
public record JournalSetup(
        Path data,
        String node,
        JournalConfig config,
        JournalMetrics metrics,
        Executor receipts,
        LongSupplier nanoClock,
        InstantSource wallClock,
        LongSupplier salts,
        int openRequests) {
    private static final long LEAST_SEGMENT = 256 << 10;
    private static final long MOST_SEGMENT = 8 << 20;
    private static final int SEGMENTS = 128;

    /** Size of a segment: a small part of what the journal may take. */
    long segmentBytes() {
        return Math.clamp(config.maxBytes() / SEGMENTS, LEAST_SEGMENT, MOST_SEGMENT);
    }
}
