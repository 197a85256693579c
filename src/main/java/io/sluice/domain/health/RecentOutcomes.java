package io.sluice.domain.health;

/**
 * Outcomes of one candidate over the last half to whole {@link #WINDOW}: two halves, of which the older is dropped when the
 * newer is full. Used by one thread; times are monotonic nanoseconds.
 */
final class RecentOutcomes {
    /** The longest time that an outcome counts. */
    static final long WINDOW = 60_000_000_000L;

    private static final long HALF = WINDOW / 2;

    private long half = Long.MIN_VALUE;
    private int oldAll;
    private int oldOk;
    private int oldTimed;
    private double oldLogarithms;
    private int newAll;
    private int newOk;
    private int newTimed;
    private double newLogarithms;

    /**
     * An attempt is over.
     *
     * @param firstNanos time to the first byte; not above 0 when there was none
     */
    void add(boolean ok, long firstNanos, long now) {
        advance(now);
        newAll++;
        newOk += ok ? 1 : 0;
        if (ok && firstNanos > 0) {
            newTimed++;
            newLogarithms += Math.log(firstNanos);
        }
    }

    /** Drops what is too old. */
    void advance(long now) {
        long current = Math.floorDiv(now, HALF);
        if (current == half) {
            return;
        }
        boolean next = half != Long.MIN_VALUE && current - half == 1;
        oldAll = next ? newAll : 0;
        oldOk = next ? newOk : 0;
        oldTimed = next ? newTimed : 0;
        oldLogarithms = next ? newLogarithms : 0;
        newAll = 0;
        newOk = 0;
        newTimed = 0;
        newLogarithms = 0;
        half = current;
    }

    /** Forgets everything. */
    void clear() {
        half = Long.MIN_VALUE;
        advance(0);
        half = Long.MIN_VALUE;
    }

    int all() {
        return oldAll + newAll;
    }

    /** Share that succeeded, 0 to 1; only when there are some. */
    double rate() {
        return (double) (oldOk + newOk) / all();
    }

    /** How many had a first byte. */
    int timed() {
        return oldTimed + newTimed;
    }

    /** Geometric mean of the time to the first byte, nanoseconds; only when there are some. */
    double first() {
        return Math.exp((oldLogarithms + newLogarithms) / timed());
    }
}
