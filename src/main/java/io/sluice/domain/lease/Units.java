package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Amounts by dimension, each at least 0 and at most 2^62. Immutable. */
public final class Units {
    /** How many dimensions there are. */
    public static final int DIMENSIONS = Dimension.values().length;

    /** The largest amount. */
    public static final long MOST = 1L << 62;

    /** Nothing of anything. */
    public static final Units NONE = new Units(new long[DIMENSIONS]);

    private final long[] amounts;

    private Units(long[] amounts) {
        this.amounts = amounts;
    }

    /**
     * Amounts in the order of {@link Dimension}.
     *
     * @param amounts one for each dimension; copied
     */
    public static Units of(long... amounts) {
        if (amounts.length != DIMENSIONS) {
            throw new IllegalArgumentException(amounts.length + " amounts for " + DIMENSIONS + " dimensions");
        }
        return isZero(amounts) ? NONE : new Units(amounts.clone());
    }

    /** Whether every amount is 0. */
    static boolean isZero(long[] amounts) {
        for (long amount : amounts) {
            if (amount != 0) {
                return false;
            }
        }
        return true;
    }

    /** What one request of an estimate takes. */
    public static Units of(Estimate estimate) {
        long[] amounts = new long[DIMENSIONS];
        for (Dimension dimension : Dimension.values()) {
            amounts[dimension.ordinal()] = estimate.units(dimension);
        }
        return of(amounts);
    }

    /** The amount of a dimension. */
    public long get(Dimension dimension) {
        return amounts[dimension.ordinal()];
    }

    /** The amount of a dimension by its {@link Dimension#ordinal()}. */
    public long get(int dimension) {
        return amounts[dimension];
    }

    /** Whether everything is 0. */
    public boolean isNone() {
        return this == NONE;
    }

    /** A copy in the order of {@link Dimension}. */
    public long[] toArray() {
        return amounts.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Units units && Arrays.equals(amounts, units.amounts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(amounts);
    }

    @Override
    public String toString() {
        return Arrays.toString(amounts);
    }
}
