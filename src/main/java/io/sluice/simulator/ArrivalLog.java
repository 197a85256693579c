package io.sluice.simulator;

import java.util.Arrays;

/**
 * The oracle of one credential: exact arrival times, and the largest number of requests and of tokens that lay in any
 * rolling window. A window is half-open: two arrivals exactly one window apart are never in the same one.
 *
 * <p>It is enough to look at the windows that end with an arrival: moving a window's end back to the arrival before it
 * loses nothing. The tokens of each such window are kept with the arrival that ends it; tokens that become known later
 * are added to every window that holds the request they belong to.
 *
 * <p>Kept are the arrivals of the newest window, and those since the oldest request that is still open. Not
 * thread-safe: the owner locks.
 */
final class ArrivalLog {
    private static final int LEAST_CAPACITY = 64;

    private final long windowNanos;
    private long[] times = new long[LEAST_CAPACITY];
    private long[] tokens = new long[LEAST_CAPACITY];
    private long[] windowTokens = new long[LEAST_CAPACITY];
    private boolean[] open = new boolean[LEAST_CAPACITY];

    private long oldest; // the oldest arrival that is kept
    private long inWindow; // the oldest arrival of the newest window
    private long next; // the number of the next arrival
    private long tokensInWindow;
    private long maxRequests;
    private long maxTokens;

    /**
     * An empty log.
     *
     * @param windowNanos length of the window in nanoseconds, above 0
     */
    ArrivalLog(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /**
     * Records an arrival.
     *
     * @param now nanoseconds of the oracle's clock, never less than at the call before
     * @return the arrival's number, for {@link #charge} and {@link #close}
     */
    long arrive(long now) {
        moveTo(now);
        if (next - oldest == times.length) {
            grow();
        }
        int slot = slot(next);
        times[slot] = now;
        tokens[slot] = 0;
        windowTokens[slot] = tokensInWindow;
        open[slot] = true;
        long number = next++;
        maxRequests = Math.max(maxRequests, next - inWindow);
        return number;
    }

    /**
     * Adds tokens to an open arrival.
     *
     * @param number what {@link #arrive} gave
     * @param amount tokens, 0 or more
     */
    void charge(long number, long amount) {
        if (amount == 0) {
            return;
        }
        tokens[slot(number)] += amount;
        if (number >= inWindow) {
            tokensInWindow += amount;
        }
        long end = times[slot(number)] + windowNanos;
        for (long each = number; each < next && times[slot(each)] < end; each++) {
            int slot = slot(each);
            windowTokens[slot] += amount;
            maxTokens = Math.max(maxTokens, windowTokens[slot]);
        }
    }

    /**
     * Ends an arrival: nothing will be charged to it any more.
     *
     * @param number what {@link #arrive} gave
     */
    void close(long number) {
        open[slot(number)] = false;
        forget();
    }

    /** Lets time pass. */
    void moveTo(long now) {
        while (inWindow < next && times[slot(inWindow)] <= now - windowNanos) {
            tokensInWindow -= tokens[slot(inWindow)];
            inWindow++;
        }
        forget();
    }

    private void forget() {
        while (oldest < inWindow && !open[slot(oldest)]) {
            oldest++;
        }
    }

    /** Arrivals since the start. */
    long requests() {
        return next;
    }

    /** The largest number of arrivals in any window. */
    long maxRequests() {
        return maxRequests;
    }

    /** The largest number of tokens in any window, of what was charged until now. */
    long maxTokens() {
        return maxTokens;
    }

    /** Arrivals in the window that ends at the last time given. */
    long requestsInWindow() {
        return next - inWindow;
    }

    /** Tokens in the window that ends at the last time given. */
    long tokensInWindow() {
        return tokensInWindow;
    }

    /** How many arrivals are kept. */
    long kept() {
        return next - oldest;
    }

    private int slot(long number) {
        return (int) number & (times.length - 1);
    }

    private void grow() {
        int capacity = times.length * 2;
        int from = slot(oldest);
        int to = (int) oldest & (capacity - 1);
        times = moved(times, from, to);
        tokens = moved(tokens, from, to);
        windowTokens = moved(windowTokens, from, to);
        boolean[] flags = new boolean[capacity];
        for (int i = 0; i < open.length; i++) {
            flags[(to + i) & (capacity - 1)] = open[(from + i) & (open.length - 1)];
        }
        open = flags;
    }

    /** A full ring in one of twice the size. */
    private static long[] moved(long[] ring, int from, int to) {
        long[] larger = Arrays.copyOf(ring, ring.length * 2);
        for (int i = 0; i < ring.length; i++) {
            larger[(to + i) & (larger.length - 1)] = ring[(from + i) & (ring.length - 1)];
        }
        return larger;
    }
}
