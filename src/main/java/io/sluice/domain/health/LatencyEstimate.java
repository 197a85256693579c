package io.sluice.domain.health;

/**
 * How long a candidate takes to its first byte: what is usual now, and quantiles of what was seen lately.
 *
 * <p>The usual time is a geometric mean in which the newest sample weighs a sixteenth: one answer that took a minute moves
 * it little, sixteen slow ones in a row move it most of the way. Quantiles are of a histogram with eight steps an octave,
 * rounded up to the end of a step, so at most an eighth too large; with {@value #HALVE_AT} samples every step loses half of
 * its count, so that old ones fade. About 200 bytes, whatever is added. Used by one thread.
 */
public final class LatencyEstimate {
    /** Samples that count at most. */
    static final int HALVE_AT = 250;

    private static final int STEP_BITS = 3;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int LEAST_BITS = 8;
    private static final int MOST_BITS = 30;
    private static final long LEAST = 1L << LEAST_BITS;
    private static final long MOST = (1L << MOST_BITS) - 1;
    private static final int MEMORY = 16;
    private static final int WHOLE = 1_000;

    private final byte[] counts = new byte[(MOST_BITS - LEAST_BITS) * STEPS];
    private int total;
    private int seen;
    private double logarithm;

    /**
     * Adds a sample.
     *
     * @param micros time to the first byte, microseconds; what is outside of a quarter of a millisecond to 17 minutes counts
     *     as the nearest of the two
     */
    public void add(long micros) {
        long sample = Math.clamp(micros, LEAST, MOST);
        if (total == HALVE_AT) {
            halve();
        }
        counts[indexOf(sample)]++;
        total++;
        seen = Math.min(seen + 1, MEMORY);
        logarithm += (Math.log(sample) - logarithm) / seen;
    }

    private void halve() {
        total = 0;
        for (int i = 0; i < counts.length; i++) {
            int half = Byte.toUnsignedInt(counts[i]) / 2;
            counts[i] = (byte) half;
            total += half;
        }
    }

    /** What is usual now, microseconds; 0 when nothing was added. */
    public int usualMicros() {
        return seen == 0 ? 0 : (int) Math.round(Math.exp(logarithm));
    }

    /**
     * What a part of the samples does not exceed.
     *
     * @param permille the part, 1 to 1000: 500 for the median
     * @return microseconds; 0 when nothing was added
     */
    public int quantileMicros(int permille) {
        if (total == 0) {
            return 0;
        }
        int left = Math.ceilDiv(total * permille, WHOLE);
        int i = 0;
        while (i < counts.length - 1 && (left -= Byte.toUnsignedInt(counts[i])) > 0) {
            i++;
        }
        return endOf(i);
    }

    /** How many samples the quantiles are of. */
    public int samples() {
        return total;
    }

    private static int indexOf(long sample) {
        int octave = 63 - Long.numberOfLeadingZeros(sample);
        int step = (int) (sample >>> octave - STEP_BITS) - STEPS;
        return (octave - LEAST_BITS) * STEPS + step;
    }

    private static int endOf(int index) {
        int octave = index / STEPS + LEAST_BITS;
        return (index % STEPS + STEPS + 1 << octave - STEP_BITS) - 1;
    }
}
