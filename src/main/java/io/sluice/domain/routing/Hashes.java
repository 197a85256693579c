package io.sluice.domain.routing;

/** Hashes and random numbers of 64 bits that are the same on every node. */
final class Hashes {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Hashes() {}

    /** 64 bits of an account's id; {@link String#hashCode()}, mixed, is as good as any. */
    static long ofId(String id) {
        return mix(id.hashCode() * GOLDEN + id.length());
    }

    /** The number after this one in a sequence; its {@link #mix} is random. */
    static long next(long state) {
        return state + GOLDEN;
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** The 53 bits of a hash that {@link #unit} is made of: the larger, the larger. */
    static long number(long hash) {
        return hash >>> 11;
    }

    /** A part of the whole, above 0 and below 1. */
    static double unit(long number) {
        return (number + 0.5) * 0x1.0p-53;
    }

    /** A number whose {@link #unit} is not above a part of the whole, nor far below it. */
    static long floor(double unit) {
        return (long) (unit * 0x1.0p53) - 1;
    }
}
