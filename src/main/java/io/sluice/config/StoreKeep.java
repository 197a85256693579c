package io.sluice.config;

import java.time.Duration;

/**
 * For how long what was used, and what was changed, is kept: each at least a day, the audit log at least 30.
 *
 * @param records single requests
 * @param minutes sums by minute
 * @param hours sums by hour
 * @param days sums by day
 * @param audit rows of the audit log
 */
public record StoreKeep(Duration records, Duration minutes, Duration hours, Duration days, Duration audit) {
    /** Records, hours and the audit log for a good year, minutes for two weeks, days for ten years. */
    public static final StoreKeep DEFAULT = new StoreKeep(
            Duration.ofDays(400),
            Duration.ofDays(14),
            Duration.ofDays(400),
            Duration.ofDays(3_660),
            Duration.ofDays(400));
}
