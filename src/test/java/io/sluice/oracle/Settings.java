package io.sluice.oracle;

import java.time.Duration;

/**
 * How long a run is and what is drawn in it.
 *
 * @param window of every limit: a minute as at providers, or a few seconds for a short form
 * @param length of the load
 * @param factor how many times the run's own load is offered
 * @param seed of everything that is drawn
 * @param keep whether configuration and logs stay
 */
record Settings(Duration window, Duration length, double factor, long seed, boolean keep) {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Whether the provider refuses what is too much and tells what remains: its words mean minutes. */
    boolean enforced() {
        return window.equals(MINUTE);
    }

    /** How late a request may be between gateway and provider: QUOTA.md's guard of this window. */
    Duration guard() {
        return Duration.ofMillis(Math.clamp(window.toMillis() / 50, 100, 500));
    }
}
