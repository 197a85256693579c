package io.sluice.domain.quota;

/**
 * The value that 19 of 20 recent samples do not exceed, to an eighth of an octave, rounded up. A histogram with
 * logarithmic steps; old samples lose half their weight with every 500 newer ones.
 */
public final class HighQuantile {
    private static final int STEP_BITS = 3;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int HALVE_AT = 1000;
    private static final long MAX = (1L << 31) - 1;

    private final short[] counts = new short[indexOf(MAX) + 1];
    private int total;
    private long value;

    /** Adds a sample, at least 0. */
    public void add(long sample) {
        if (total == HALVE_AT) {
            total = 0;
            for (int i = 0; i < counts.length; i++) {
                counts[i] /= 2;
                total += counts[i];
            }
        }
        counts[indexOf(Math.clamp(sample, 0, MAX))]++;
        total++;
        value = quantile();
    }

    /** The quantile; 0 when there are no samples. */
    public long value() {
        return value;
    }

    /** How many samples count. */
    public int samples() {
        return total;
    }

    private long quantile() {
        int above = total / 20;
        int i = counts.length - 1;
        while (counts[i] <= above) {
            above -= counts[i--];
        }
        return largestOf(i);
    }

    /** Below 8 each value has a step of its own; above, each octave has eight. */
    private static int indexOf(long sample) {
        if (sample < STEPS) {
            return (int) sample;
        }
        int shift = 63 - Long.numberOfLeadingZeros(sample) - STEP_BITS;
        return (shift << STEP_BITS) + (int) (sample >>> shift);
    }

    private static long largestOf(int index) {
        if (index < STEPS) {
            return index;
        }
        int shift = (index >>> STEP_BITS) - 1;
        return ((long) (index - (shift << STEP_BITS)) + 1 << shift) - 1;
    }
}
