package io.sluice.domain.quota;

import java.math.BigInteger;

/**
 * Keeps a window from being spent in one go and then being full for the rest of it: over time, 1.1 times the limit in each
 * window's length, with a burst. A debt that time pays off, as in the generic cell rate algorithm (ITU-T I.371); it bounds
 * nothing by itself, {@link SlidingWindow} does.
 *
 * <p>Confined to its owner's thread.
 */
public final class Pace {
    private static final long TENTHS = 11;

    /** The largest cost and debt. */
    private static final long MOST_NANOS = 1L << 60;

    private long paidAt;

    /**
     * Begins with a debt.
     *
     * @param paidAt instant at which it is paid, nanoseconds
     */
    public Pace(long paidAt) {
        this.paidAt = paidAt;
    }

    /** When the debt is paid, nanoseconds. */
    public long paidAt() {
        return paidAt;
    }

    /**
     * Time that units cost, rounded up.
     *
     * @param units 0 to 2^62
     * @param amount the limit, at least 1
     * @param windowNanos its window
     */
    public static long costNanos(long units, long amount, long windowNanos) {
        return share(units, windowNanos * 10, amount * TENTHS, true);
    }

    /** Units that a time is worth, rounded down; the reverse of {@link #costNanos}. */
    public static long unitsIn(long nanos, long amount, long windowNanos) {
        return nanos <= 0 ? 0 : share(nanos, amount * TENTHS, windowNanos * 10, false);
    }

    /** Units were granted, at a cost. */
    public void spend(long now, long costNanos) {
        paidAt = Math.min(Math.max(paidAt, now) + costNanos, now + MOST_NANOS);
    }

    /** Units were given back unused, at a cost. */
    public void giveBack(long now, long costNanos) {
        if (paidAt > now) {
            paidAt = Math.max(now, paidAt - costNanos);
        }
    }

    /** Time until the debt is paid; 0 when it is. */
    public long debtNanos(long now) {
        return paidAt > now ? paidAt - now : 0;
    }

    /** one × other ÷ by; at most 2^60. */
    private static long share(long one, long other, long by, boolean up) {
        long high = Math.multiplyHigh(one, other);
        long low = one * other;
        if (high == 0 && low >= 0) {
            return Math.min(MOST_NANOS, up ? Math.ceilDiv(low, by) : low / by);
        }
        BigInteger[] parts =
                BigInteger.valueOf(one).multiply(BigInteger.valueOf(other)).divideAndRemainder(BigInteger.valueOf(by));
        BigInteger whole = up && parts[1].signum() != 0 ? parts[0].add(BigInteger.ONE) : parts[0];
        return whole.bitLength() > 60 ? MOST_NANOS : whole.longValue();
    }
}
