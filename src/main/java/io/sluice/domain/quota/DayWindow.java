package io.sluice.domain.quota;

/**
 * What was charged on one day of a calendar. The day is told, by a clock that may be some seconds late: what was charged in
 * the last {@link #DOUBT_NANOS} before a day was told to be over may belong to the next one, and is taken along. What is
 * left behind still counts for a guard, since it may arrive late.
 *
 * <p>Before the first day is told, everything counts for the day that will be.
 */
public final class DayWindow implements ChargeWindow {
    /** Stands for a day that was not told yet. */
    public static final long UNKNOWN = Long.MIN_VALUE;

    /** How late a day may be told, nanoseconds. */
    public static final long DOUBT_NANOS = 10_000_000_000L;

    private static final long GUARD_NANOS = 500_000_000;
    private static final long DAY_NANOS = 86_400_000_000_000L;
    private static final int RESOLUTION = 40;

    /** Long before any instant; differences with it do not overflow. */
    private static final long LONG_AGO = Long.MIN_VALUE / 4;

    private final SlidingWindow recent;
    private final long horizonNanos;
    private long day = UNKNOWN;
    private long today;
    private long yesterday;
    private long begun = LONG_AGO;
    private long told = LONG_AGO;

    /**
     * Makes an empty one whose day is not known.
     *
     * @param horizonNanos how far ahead of now a charge may lie, at least 0
     * @param now the present instant
     */
    public DayWindow(long horizonNanos, long now) {
        this.horizonNanos = horizonNanos;
        this.recent = new SlidingWindow(DOUBT_NANOS, RESOLUTION, horizonNanos, now);
    }

    /**
     * Takes up where another one stood; {@link #recent} is then empty.
     *
     * @param day days since 1970-01-01
     * @param today what counts today
     * @param yesterday what is left of the day before
     * @param begun the earliest instant whose charges count today
     * @param told when the day began here
     */
    public void resume(long day, long today, long yesterday, long begun, long told) {
        this.day = day;
        this.today = today;
        this.yesterday = yesterday;
        this.begun = begun;
        this.told = told;
    }

    /** Those charges that the next day would take along. */
    public SlidingWindow recent() {
        return recent;
    }

    /** The present day, as days since 1970-01-01, or {@link #UNKNOWN}. */
    public long day() {
        return day;
    }

    /** What is left of the day before; may no longer count. */
    public long yesterday() {
        return yesterday;
    }

    /** What counts today. */
    public long today() {
        return today;
    }

    /** The earliest instant whose charges count today. */
    public long begun() {
        return begun;
    }

    /** When the present day was told; long ago when it was the first. */
    public long told() {
        return told;
    }

    /**
     * Tells the day. One that is over already changes nothing.
     *
     * @param now the present instant
     * @param newDay days since 1970-01-01
     * @return whether another day began
     */
    public boolean begin(long now, long newDay) {
        if (newDay <= day) {
            return false;
        }
        boolean another = day != UNKNOWN;
        if (another) {
            long carried = Math.min(today, recent.used(now));
            yesterday = today - carried;
            today = carried;
            begun = recent.begins(now);
            told = now;
        }
        day = newDay;
        return another;
    }

    @Override
    public long used(long now) {
        if (yesterday != 0 && now - told > GUARD_NANOS) {
            yesterday = 0;
        }
        return Math.min(MOST, today + yesterday);
    }

    @Override
    public boolean counts(long now, long instant) {
        return instant >= begun || now - told <= GUARD_NANOS;
    }

    @Override
    public long at(long now, long instant) {
        used(now);
        return instant >= begun ? today : yesterday;
    }

    @Override
    public void add(long now, long instant, long units) {
        if (instant > now + horizonNanos) {
            throw new IllegalArgumentException("charge " + (instant - now) + " ns ahead of now");
        }
        long added = Math.min(units, MOST - used(now));
        if (instant >= begun) {
            today += added;
            recent.add(now, instant, Math.max(added, -recent.at(now, instant)));
        } else if (yesterday != 0) {
            yesterday += added;
        }
    }

    @Override
    public long dropsTo(long now, long rest) {
        if (used(now) <= rest) {
            return now;
        }
        if (today <= rest) {
            return told + GUARD_NANOS + 1;
        }
        return told == LONG_AGO ? Long.MAX_VALUE : Math.max(now + 1, told + DAY_NANOS);
    }

    /** Shows what counts today; what is left of the day before is not told apart and leaves soon. */
    @Override
    public void forEach(long now, Charges sink) {
        long old = today - recent.used(now);
        if (old > 0) {
            sink.charge(Math.max(begun, now - 2 * DOUBT_NANOS), old);
        }
        recent.forEach(now, sink);
    }
}
