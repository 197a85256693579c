package io.sluice.domain.notice;

import java.time.Duration;

/**
 * How long nodes wait for one another before they tell a sink themselves.
 *
 * @param takeOver how long each node waits for the one before it in the order of duty
 * @param patience how long a node that says it is at it may be silent
 * @param pause after how long what no node could deliver is tried again
 * @param giveUp after how long it is only counted
 */
public record Pace(Duration takeOver, Duration patience, Duration pause, Duration giveUp) {
    /** As a node has it. */
    public static final Pace USUAL =
            new Pace(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofHours(1));
}
