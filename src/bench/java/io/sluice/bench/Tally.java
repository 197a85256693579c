package io.sluice.bench;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Durations and failures of requests, recorded by one thread. */
final class Tally {
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final Histogram nanos = new Histogram(LONGEST_NANOS, 3);
    private long failures;

    /** Records a duration; longer than a minute counts as a minute. */
    void took(long duration) {
        nanos.recordValue(Math.clamp(duration, 0, LONGEST_NANOS));
    }

    /** Records a request without a good answer. */
    void failed() {
        failures++;
    }

    /** Adds what another has recorded. */
    void add(Tally other) {
        nanos.add(other.nanos);
        failures += other.failures;
    }

    long count() {
        return nanos.getTotalCount();
    }

    /** How many were longer than a duration. */
    long longerThan(long duration) {
        return nanos.getCountBetweenValues(nanos.nextNonEquivalentValue(duration), LONGEST_NANOS);
    }

    long failures() {
        return failures;
    }

    /** Fields {@code p50 p99 max} in milliseconds, tab-separated. */
    String percentiles() {
        return String.format(
                Locale.ROOT,
                "%.3f\t%.3f\t%.3f",
                nanos.getValueAtPercentile(50) / 1e6,
                nanos.getValueAtPercentile(99) / 1e6,
                nanos.getMaxValue() / 1e6);
    }
}
