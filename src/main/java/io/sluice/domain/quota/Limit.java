package io.sluice.domain.quota;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An amount per window.
 *
 * @param dimension what is counted
 * @param amount the most in any window, 1 to 2^40
 * @param window length of the window; a day for one that follows the calendar
 * @param zone id of the time zone whose midnight ends the window; null for one that slides
 */
public record Limit(
        Dimension dimension,
        long amount,
        Duration window,
        @Nullable String zone) {
    /** A window that slides. */
    public Limit(Dimension dimension, long amount, Duration window) {
        this(dimension, amount, window, null);
    }
}
