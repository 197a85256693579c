package io.sluice.domain.routing;

import io.sluice.domain.pool.RetryShare;

/**
 * Keeps attempts that follow a failure to a share of the live traffic, so that many failures do not become many more
 * requests: counts both over the last {@value #SECONDS} whole seconds, the running one among them. After the retry budgets
 * of Finagle and the "Handling Overload" chapter of Google's SRE book (2016). Used by one thread.
 */
public final class RetryBudget {
    /** Length of the window. */
    public static final int SECONDS = 10;

    private static final long NANOS = 1_000_000_000L;
    private static final int PERCENT = 100;

    private final long[] seconds = new long[SECONDS];
    private final int[] requests = new int[SECONDS];
    private final int[] retries = new int[SECONDS];

    /**
     * A request begins.
     *
     * @param now monotonic nanoseconds
     */
    public void request(long now) {
        requests[slot(now)]++;
    }

    /**
     * Spends one attempt, if there is room for it.
     *
     * @param share how much of the traffic may be such attempts
     * @param now monotonic nanoseconds
     * @return whether it may be made
     */
    public boolean spend(RetryShare share, long now) {
        int slot = slot(now);
        if (!hasRoom(share, now)) {
            return false;
        }
        retries[slot]++;
        return true;
    }

    /**
     * Whether one more attempt may be made.
     *
     * @param share how much of the traffic may be such attempts
     * @param now monotonic nanoseconds
     */
    boolean hasRoom(RetryShare share, long now) {
        long second = Math.floorDiv(now, NANOS);
        long asked = 0;
        long spent = 0;
        for (int i = 0; i < SECONDS; i++) {
            if (second - seconds[i] < SECONDS) {
                asked += requests[i];
                spent += retries[i];
            }
        }
        return spent < share.least() || (spent + 1) * PERCENT <= asked * share.percent();
    }

    private int slot(long now) {
        long second = Math.floorDiv(now, NANOS);
        int slot = Math.floorMod(second, SECONDS);
        if (seconds[slot] != second) {
            seconds[slot] = second;
            requests[slot] = 0;
            retries[slot] = 0;
        }
        return slot;
    }
}
