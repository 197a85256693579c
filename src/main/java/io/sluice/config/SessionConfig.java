package io.sluice.config;

import java.time.Duration;

/**
 * How long somebody who signed in to the console stays so.
 *
 * @param idle after the last thing they did; 1 minute to 1 day, default 30 minutes
 * @param absolute after they signed in, whatever they do; {@code idle} to 30 days, default 12 hours
 */
public record SessionConfig(Duration idle, Duration absolute) {
    /** What counts when nothing is said. */
    public static final SessionConfig DEFAULT = new SessionConfig(Duration.ofMinutes(30), Duration.ofHours(12));
}
