package io.sluice.domain.quota;

/**
 * What was charged and still counts. Instants are nanoseconds of one monotonic source and never go back; a charge may lie
 * ahead of now, up to a horizon, and counts from the moment it is made. Confined to its owner's thread.
 */
public sealed interface ChargeWindow permits SlidingWindow, DayWindow {
    /** The most that a window counts; what is charged beyond it changes nothing. */
    long MOST = 1L << 62;

    /** Units that count at an instant. */
    long used(long now);

    /** Whether a charge at an instant still counts. */
    boolean counts(long now, long instant);

    /** Units that count now and were charged about that instant: the most that can be given back there. */
    long at(long now, long instant);

    /**
     * Changes what was charged at an instant. A charge that no longer counts changes nothing.
     *
     * @param now the present instant
     * @param instant at most the horizon ahead of now
     * @param units to add; negative gives back, at most what {@link #at} says
     */
    void add(long now, long instant, long units);

    /**
     * The first instant at which no more than {@code rest} units count, if nothing is charged until then.
     *
     * @param now the present instant
     * @param rest at least 0
     * @return {@code now} when that is so already; {@link Long#MAX_VALUE} when nobody knows
     */
    long dropsTo(long now, long rest);

    /** Shows what counts, in parts. */
    void forEach(long now, Charges sink);

    /** Takes charges one by one. */
    @FunctionalInterface
    interface Charges {
        /**
         * One part.
         *
         * @param instant the latest instant it stands for
         * @param units what was charged in it
         */
        void charge(long instant, long units);
    }
}
