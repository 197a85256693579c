package io.sluice.domain.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a second candidate is asked because the first is slow to begin.
 *
 * @param after how long the first byte may take; null for the time that 19 of 20 requests stay within
 * @param least the shortest that this time can be
 * @param most the longest that this time can be, and what counts while too little is known
 */
public record Hedge(@Nullable Duration after, Duration least, Duration most) {
    /** Bounds of the time. */
    public static final Duration LEAST = Duration.ofMillis(200);

    /** Bounds of the time. */
    public static final Duration MOST = Duration.ofSeconds(5);

    /** {@code least} is not above {@code most}. */
    public Hedge {
        if (least.compareTo(most) > 0) {
            throw new IllegalArgumentException("least is above most");
        }
    }
}
