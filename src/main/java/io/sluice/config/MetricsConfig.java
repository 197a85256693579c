package io.sluice.config;

/**
 * How many series the metrics have. What is beyond a bound is counted as {@code other}, or left out where it stands for
 * itself alone.
 *
 * @param models public models with series of their own, in file order; 0 to 10,000
 * @param keys virtual keys with series of their own: those of files in their order, then those of the store that come first; 0 to
 *     100,000
 * @param accounts accounts with series of their own, in file order; 0 to 100,000
 * @param limits limits with series of their own, the fullest first; 0 to 100,000
 * @param histograms whether durations and sizes have buckets, beside their count and sum
 */
public record MetricsConfig(int models, int keys, int accounts, int limits, boolean histograms) {
    /** 200 models, 500 keys, 1000 accounts and limits, with buckets. */
    public static final MetricsConfig DEFAULT = new MetricsConfig(200, 500, 1_000, 1_000, true);
}
