package io.sluice.metrics;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/** How the ledger's database stands. Safe on any thread. */
public final class StoreMetrics {
    private static final Duration[] BATCH_BUCKETS =
            Meters.millis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);

    private final Meters meters;

    StoreMetrics(Meters meters) {
        this.meters = meters;
    }

    /**
     * There is a database; called once, and not at all by a node without one.
     *
     * @param up whether it answers
     * @param secondsSinceFailure how long ago it last did not; not a number when it always has
     */
    public void watch(BooleanSupplier up, DoubleSupplier secondsSinceFailure) {
        meters.gauge("sluice.store.up", "1 while the ledger's database answers", () -> up.getAsBoolean() ? 1 : 0);
        meters.gauge(
                "sluice.store.failure.age.seconds",
                "how long ago the ledger's database last did not answer; NaN when it always has",
                secondsSinceFailure::getAsDouble);
    }

    /**
     * A batch of usage records is in the ledger.
     *
     * @param fresh records that were new
     * @param known records that were there already
     * @param nanos how long it took
     */
    public void written(int fresh, int known, long nanos) {
        meters.counter("sluice.store.records", "what", "new").increment(fresh);
        meters.counter("sluice.store.records", "what", "known").increment(known);
        meters.timer("sluice.store.batch", BATCH_BUCKETS).record(nanos, TimeUnit.NANOSECONDS);
    }
}
