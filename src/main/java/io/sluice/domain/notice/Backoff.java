package io.sluice.domain.notice;

import java.time.Duration;

/** How long to wait before a message is tried again: twice as long each time, bounded, and not for all at the same instant. */
public final class Backoff {
    private static final long FIRST_MILLIS = 1_000;
    private static final long MOST_MILLIS = 60_000;

    private Backoff() {}

    /**
     * The pause after an attempt that failed.
     *
     * @param failed how many attempts have failed, 1 or more
     * @param asked how long the other side asks to wait; zero when it does not
     * @param dice at random from 0 to 1
     * @return half a second to a minute
     */
    public static Duration pause(int failed, Duration asked, double dice) {
        long full = Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(failed - 1, 16));
        long spread = full / 2 + (long) (full / 2.0 * Math.clamp(dice, 0.0, 1.0));
        long wanted = Math.min(MOST_MILLIS, asked.compareTo(Duration.ofDays(1)) > 0 ? MOST_MILLIS : asked.toMillis());
        return Duration.ofMillis(Math.max(spread, wanted));
    }
}
