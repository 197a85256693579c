package io.sluice.metrics;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How the usage journal stands. Safe on any thread. */
public final class JournalMetrics {
    private static final Duration[] APPEND_BUCKETS = Meters.millis(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000);
    private static final double MILLIS = 1_000;

    private final Meters meters;
    private volatile Levels levels = new Levels(() -> 0, () -> 0, () -> 0);
    private volatile boolean works = true;

    /**
     * What is asked for at each scrape, from any thread.
     *
     * @param bytes of records that are not in the ledger yet
     * @param records that are not in the ledger yet
     * @param oldestMillis how long the oldest of them has waited
     */
    public record Levels(LongSupplier bytes, LongSupplier records, LongSupplier oldestMillis) {}

    JournalMetrics(Meters meters) {
        this.meters = meters;
        meters.gauge(
                "sluice.journal.bytes", "bytes of usage records that are not in the ledger yet", () -> levels.bytes()
                        .getAsLong());
        meters.gauge(
                "sluice.journal.records.waiting", "usage records that are not in the ledger yet", () -> levels.records()
                        .getAsLong());
        meters.gauge(
                "sluice.journal.oldest.seconds",
                "how long the oldest usage record has waited for the ledger",
                () -> levels.oldestMillis().getAsLong() / MILLIS);
        meters.gauge(
                "sluice.journal.up",
                "1 while the usage journal can be written to and forced to the disk",
                () -> works ? 1 : 0);
        // Alarms watch these from the start.
        meters.counter("sluice.journal.lost");
        meters.counter("sluice.journal.fsync.failures");
        meters.counter("sluice.usage.unconfirmed");
    }

    /** Where levels are asked for from now on. */
    public void levels(Levels now) {
        levels = now;
    }

    /** The journal can be written to, or not. */
    public void works(boolean now) {
        works = now;
    }

    /** Records are safe; the first of the group waited so long for it. */
    public void appended(int records, long nanos) {
        meters.counter("sluice.journal.appended").increment(records);
        meters.timer("sluice.journal.append", APPEND_BUCKETS).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** So many records will never be in the ledger. */
    public void lost(long records) {
        meters.counter("sluice.journal.lost").increment(records);
    }

    /** The disk has what was written. */
    public void forced(long nanos) {
        meters.timer("sluice.journal.fsync", APPEND_BUCKETS).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** The disk did not say that it has what was written. */
    public void forceFailed() {
        meters.counter("sluice.journal.fsync.failures").increment();
    }

    /** Something was set aside: {@code record}, {@code stretch} or {@code file}. */
    public void setAside(String what) {
        meters.counter("sluice.journal.set.aside", "what", what).increment();
    }

    /** Records are in the ledger. */
    public void drained(long records) {
        meters.counter("sluice.journal.drained").increment(records);
    }

    /** The end of an answer did not wait any longer for its record to be safe. */
    public void unconfirmed() {
        meters.counter("sluice.usage.unconfirmed").increment();
    }
}
