package io.sluice.domain.quota;

import java.util.Arrays;

/**
 * What was charged in a rolling window. Time is cut into buckets; a charge lands in the bucket of its instant and leaves
 * when the bucket's end is older than the window plus a guard. So whatever was written in the bucket, at whichever
 * instant, and arrived up to a guard later, stays counted for a whole window after its arrival.
 *
 * <p>A charge may lie ahead of now, up to a horizon: it counts from the moment it is made. Writes that happen before
 * their charge's instant are therefore covered too.
 *
 * <p>Not a token bucket: that admits its capacity plus one window of refill in the worst window.
 *
 * <p>Confined to its owner's thread. Nothing here allocates after construction.
 */
public final class SlidingWindow implements ChargeWindow {
    private static final long MILLI = 1_000_000;
    private static final long MIN_GUARD = 100 * MILLI;
    private static final long MAX_GUARD = 500 * MILLI;
    private static final int GUARDS_PER_WINDOW = 50;

    private final long bucketNanos;
    private final long keepNanos;
    private final long horizonNanos;
    private final long[] buckets;
    private long oldest;
    private long used;

    /**
     * Makes an empty window. Its guard is a fiftieth of the length, 100 ms at least and 500 ms at most.
     *
     * @param lengthNanos length of the window, at least 1 ms
     * @param resolution into how many buckets the length is cut, at least 40; more use more memory and free units earlier
     * @param horizonNanos how far ahead of now a charge may lie, at least 0
     * @param now the present instant
     */
    public SlidingWindow(long lengthNanos, int resolution, long horizonNanos, long now) {
        this.bucketNanos = Math.max(MILLI, lengthNanos / resolution);
        this.keepNanos = lengthNanos + guardNanos(lengthNanos);
        this.horizonNanos = horizonNanos;
        // One bucket more for the one that is partly behind, one for the one that is partly ahead.
        this.buckets = new long[Math.toIntExact((keepNanos + horizonNanos) / bucketNanos + 2)];
        this.oldest = oldestAt(now);
    }

    /** How long after its write a request may arrive and still be covered. */
    public static long guardNanos(long lengthNanos) {
        return Math.clamp(lengthNanos / GUARDS_PER_WINDOW, MIN_GUARD, MAX_GUARD);
    }

    /** Length of a bucket in nanoseconds. */
    public long bucketNanos() {
        return bucketNanos;
    }

    @Override
    public long used(long now) {
        advance(now);
        return used;
    }

    @Override
    public boolean counts(long now, long instant) {
        advance(now);
        return bucketOf(instant) >= oldest;
    }

    /** Whether two instants share a bucket. */
    public boolean sameBucket(long one, long other) {
        return bucketOf(one) == bucketOf(other);
    }

    @Override
    public long at(long now, long instant) {
        advance(now);
        long bucket = bucketOf(instant);
        return bucket < oldest || bucket >= oldest + buckets.length ? 0 : buckets[slot(bucket)];
    }

    /** The earliest instant whose charges still count. */
    public long begins(long now) {
        advance(now);
        return oldest * bucketNanos;
    }

    /** The instant from which a charge that lands in the same bucket as another's leaves. */
    public long leavesAfter(long instant) {
        return leavesAt(bucketOf(instant));
    }

    @Override
    public void add(long now, long instant, long units) {
        advance(now);
        if (instant > now + horizonNanos) {
            throw new IllegalArgumentException("charge " + (instant - now) + " ns ahead of now");
        }
        long bucket = bucketOf(instant);
        if (bucket >= oldest) {
            long added = Math.min(units, MOST - used);
            buckets[slot(bucket)] += added;
            used += added;
        }
    }

    @Override
    public long dropsTo(long now, long rest) {
        advance(now);
        long left = used;
        int passed = 0;
        int slot = slot(oldest);
        while (left > rest && passed < buckets.length) {
            left -= buckets[slot];
            slot = slot + 1 < buckets.length ? slot + 1 : 0;
            passed++;
        }
        return passed == 0 ? now : leavesAt(oldest + passed - 1);
    }

    @Override
    public void forEach(long now, Charges sink) {
        advance(now);
        for (long bucket = oldest; bucket < oldest + buckets.length; bucket++) {
            long units = buckets[slot(bucket)];
            if (units != 0) {
                // The latest instant of the bucket, so that in another grid the charge lands no earlier.
                sink.charge(Math.min((bucket + 1) * bucketNanos - 1, now + horizonNanos), units);
            }
        }
    }

    private void advance(long now) {
        long first = oldestAt(now);
        if (first <= oldest) {
            return;
        }
        if (first - oldest >= buckets.length) {
            Arrays.fill(buckets, 0);
            used = 0;
        } else {
            for (long bucket = oldest; bucket < first; bucket++) {
                int slot = slot(bucket);
                used -= buckets[slot];
                buckets[slot] = 0;
            }
        }
        oldest = first;
    }

    private long oldestAt(long now) {
        return bucketOf(now - keepNanos);
    }

    private long leavesAt(long bucket) {
        return (bucket + 1) * bucketNanos + keepNanos;
    }

    private long bucketOf(long instant) {
        return Math.floorDiv(instant, bucketNanos);
    }

    private int slot(long bucket) {
        return (int) Math.floorMod(bucket, (long) buckets.length);
    }
}
