package io.sluice.domain.health;

import io.sluice.domain.pool.HealthPolicy.Breaker;
import java.util.Arrays;

/**
 * How many of the last attempts failed or were slow, over a window that slides in tenths. Used by one thread; times are
 * monotonic nanoseconds.
 */
final class FailureRate {
    private static final int PARTS = 10;
    private static final int PERCENT = 100;

    private final int[] all = new int[PARTS];
    private final int[] failed = new int[PARTS];
    private final int[] slow = new int[PARTS];
    private long newest = Long.MIN_VALUE;
    private long length;

    /** An attempt is over. */
    void add(boolean success, boolean wasSlow, Breaker policy, long now) {
        int part = part(policy, now);
        all[part]++;
        if (!success) {
            failed[part]++;
        } else if (wasSlow) {
            slow[part]++;
        }
    }

    /** Whether so many failed, or were slow, that the endpoint is to be left alone. */
    boolean isOver(Breaker policy, long now) {
        part(policy, now);
        long attempts = sum(all);
        return attempts >= policy.least()
                && (sum(failed) * PERCENT >= attempts * policy.failures()
                        || sum(slow) * PERCENT >= attempts * policy.slow());
    }

    int attempts() {
        return (int) sum(all);
    }

    int failures() {
        return (int) sum(failed);
    }

    int slowOnes() {
        return (int) sum(slow);
    }

    /** Forgets everything. */
    void clear() {
        Arrays.fill(all, 0);
        Arrays.fill(failed, 0);
        Arrays.fill(slow, 0);
    }

    /** Forgets everything, and the length of the window. */
    void restart() {
        clear();
        length = 0;
        newest = Long.MIN_VALUE;
    }

    /** The part of now; those that left the window meanwhile are emptied. */
    private int part(Breaker policy, long now) {
        // Channels that share an address may have windows of their own: the first one counts.
        if (length == 0) {
            length = Math.max(1, policy.window().toNanos() / PARTS);
        }
        long number = Math.floorDiv(now, length);
        if (newest == Long.MIN_VALUE || number - newest >= PARTS || number < newest) {
            clear();
        } else {
            for (long n = newest + 1; n <= number; n++) {
                int old = Math.floorMod(n, PARTS);
                all[old] = 0;
                failed[old] = 0;
                slow[old] = 0;
            }
        }
        newest = number;
        return Math.floorMod(number, PARTS);
    }

    private static long sum(int[] parts) {
        long sum = 0;
        for (int part : parts) {
            sum += part;
        }
        return sum;
    }
}
