package io.sluice.domain.routing;

import io.sluice.domain.SplitMix;

/** Hashes of 64 bits, the same on every node, and the parts of a whole that they stand for. */
final class Hashes {
    private Hashes() {}

    /** 64 bits of an account's id; {@link String#hashCode()}, mixed, is as good as any. */
    static long ofId(String id) {
        return SplitMix.mix(id.hashCode(), id.length());
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
