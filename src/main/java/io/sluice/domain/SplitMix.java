package io.sluice.domain;

/**
 * The generator SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014), as a sequence and as a
 * hash: the same numbers on every node and in every version. Not for secrets.
 */
public final class SplitMix {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private SplitMix() {}

    /** The state after this one; its {@link #mix} is random. */
    public static long next(long state) {
        return state + GOLDEN;
    }

    /** The finalizer: every bit of the result depends on every bit of the number, and no two numbers give the same. */
    public static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Two numbers as one; the order counts. */
    public static long mix(long first, long second) {
        return mix(first * GOLDEN + second);
    }
}
