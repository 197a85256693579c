package io.sluice.usage;

import io.sluice.config.JournalConfig;
import io.sluice.store.UsageSink;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What is needed to keep usage.
 *
 * @param data the node's data directory
 * @param node the node's name
 * @param journal the journal's bounds and policies
 * @param sink where records end up
 * @param nanoClock monotonic nanoseconds
 * @param wallClock only for what people read; it may go back
 * @param salts random numbers
 * @param open the requests that are open; kept by the journal while it is
 * @param mostOpen how many there may be at a time
 */
public record LedgerSetup(
        Path data,
        String node,
        JournalConfig journal,
        UsageSink sink,
        LongSupplier nanoClock,
        InstantSource wallClock,
        LongSupplier salts,
        KeptRequests open,
        int mostOpen) {}
