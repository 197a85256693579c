package io.sluice.domain.quota;

import java.time.Duration;

/**
 * An amount per window.
 *
 * @param dimension what is counted
 * @param amount the most in any window, at least 1
 * @param window length of the window
 */
public record Limit(Dimension dimension, long amount, Duration window) {}
