package io.sluice.domain.lease;

import io.sluice.domain.quota.ChargeWindow;
import io.sluice.domain.quota.DayWindow;
import io.sluice.domain.quota.Journal;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.SlidingWindow;
import org.jspecify.annotations.Nullable;

/**
 * What is charged to one limit. The only place where a window of a group changes; each change is written to the journal
 * first.
 *
 * <p>Where the group has only its share of each limit, what was charged before the founding is kept in a window of its own.
 */
final class GroupCharges implements Journal.Counted {
    /** Stands in {@link #filledTo} for "whatever may be unknown is charged already". */
    static final long ALL = Long.MAX_VALUE;

    private final GroupTerms terms;
    private final String scope;
    private final Limit limit;
    private final int resolution;
    private long tag;

    /** What counts; null for nothing yet. Of the time since the founding where there is a window before. */
    @Nullable
    ChargeWindow window;

    /** What counts of the time before the founding; null for nothing, and where the group has the whole limit. */
    @Nullable
    ChargeWindow before;

    /** Units that were charged because nobody knows what was, at {@link GroupTerms#fullAt}. */
    long filled;

    /** Up to which amount that was done, or what was known; or {@link #ALL}. */
    long filledTo;

    /** Of what was charged until then, nanoseconds, not everything is known to be written. */
    long doubtfulUntil = Long.MIN_VALUE;

    /**
     * Nothing is charged.
     *
     * @param limit dimension, length and zone count; its amount does not
     */
    GroupCharges(GroupTerms terms, GroupScope scope, Limit limit) {
        this.terms = terms;
        this.scope = scope.id;
        this.limit = limit;
        this.resolution = scope.resolution;
        this.window = slides() ? null : fresh();
    }

    @Override
    public String scope() {
        return scope;
    }

    @Override
    public Limit limit() {
        return limit;
    }

    @Override
    public long day() {
        return window instanceof DayWindow days ? days.day() : DayWindow.UNKNOWN;
    }

    @Override
    public long tag() {
        return tag;
    }

    @Override
    public void tag(long value) {
        tag = value;
    }

    /** Whether its window slides; otherwise it follows a calendar. */
    boolean slides() {
        return limit.zone() == null;
    }

    /** Units of the window that count. */
    long own() {
        return usedOf(window);
    }

    /** Units of before the founding that count, where they are kept apart. */
    long earlier() {
        return usedOf(before);
    }

    private long usedOf(@Nullable ChargeWindow one) {
        return one == null ? 0 : one.used(terms.time);
    }

    /** The first instant at which the window holds no more than that; {@link Long#MAX_VALUE} when nobody knows. */
    long ownDropsTo(long rest) {
        return window == null ? terms.time : window.dropsTo(terms.time, rest);
    }

    /** The same of before the founding. */
    long earlierDropsTo(long rest) {
        return before == null ? terms.time : before.dropsTo(terms.time, rest);
    }

    /** Charges what may be unknown of a limit of that amount, if not done yet. */
    void fillTo(long amount) {
        if (amount <= filledTo || terms.fullAt == GroupTerms.ALL_KNOWN || !mayBeUnknown()) {
            return;
        }
        ChargeWindow of = terms.share == 1 ? window() : before();
        if (of.counts(terms.time, terms.fullAt)) {
            long missing = amount - filledTo;
            terms.journal.add(terms.time, this, terms.fullAt, missing);
            of.add(terms.time, terms.fullAt, missing);
            filled += missing;
        }
        filledTo = amount;
    }

    private boolean mayBeUnknown() {
        String zone = limit.zone();
        return zone == null || terms.fillsDay(zone);
    }

    /** Takes over what counts elsewhere; nothing of it is known to be written. */
    void takeOver(GroupCharges forerunner) {
        if (forerunner.window != null) {
            forerunner.window.forEach(terms.time, this::charge);
        }
        if (forerunner.before != null) {
            forerunner.before.forEach(terms.time, (instant, units) -> before().add(terms.time, instant, units));
        }
        doubtfulUntil = terms.time + GroupTerms.HORIZON_NANOS;
    }

    /** Charges units at an instant, as far as they count. */
    void charge(long instant, long units) {
        if (units == 0) {
            return;
        }
        ChargeWindow of = window();
        if (of.counts(terms.time, instant)) {
            terms.journal.add(terms.time, this, instant, units);
            of.add(terms.time, instant, units);
        }
    }

    /**
     * Gives back what was charged at an instant, as far as it is there and counts.
     *
     * @return how much it was
     */
    long giveBack(long instant, long units) {
        if (units == 0 || window == null) {
            return 0;
        }
        long given = Math.min(units, Math.max(0, window.at(terms.time, instant)));
        if (given != 0) {
            terms.journal.add(terms.time, this, instant, -given);
            window.add(terms.time, instant, -given);
        }
        return given;
    }

    /** Puts what was written, now, and what is kept, at its expiry, in place of what was held at another one. */
    void settle(long heldAt, long held, long expiry, long written, long kept) {
        // More first, less afterwards: a crash in between leaves too much charged, never too little.
        if (window instanceof SlidingWindow sliding && sliding.sameBucket(heldAt, expiry)) {
            charge(expiry, Math.max(0, kept - held));
            charge(terms.time, written);
            giveBack(heldAt, Math.max(0, held - kept));
        } else {
            charge(expiry, kept);
            charge(terms.time, written);
            giveBack(heldAt, held);
        }
    }

    /** Repeats a charge of a journal. */
    void repeat(long day, long instant, long units) {
        window = put(window, day, instant, units);
    }

    /** Takes a charge that is known from an older group. */
    void know(long day, long instant, long units) {
        if (terms.share == 1) {
            window = put(window, day, instant, units);
        } else {
            before = put(before, day, instant, units);
        }
        filledTo = Math.min(GroupLimit.MOST, filledTo + units);
    }

    private ChargeWindow put(@Nullable ChargeWindow one, long day, long instant, long units) {
        ChargeWindow of = one == null ? fresh() : one;
        if (of instanceof DayWindow days && day > days.day()) {
            DayWindow next = new DayWindow(GroupTerms.HORIZON_NANOS, terms.time);
            next.begin(terms.time, day);
            of = next;
        }
        boolean isOver = of instanceof DayWindow days && day < days.day();
        if (!isOver && of.counts(terms.time, instant) && instant <= terms.time + GroupTerms.HORIZON_NANOS) {
            of.add(terms.time, instant, units);
        }
        return of;
    }

    /** Tells a calendar window its day. */
    void beginDay() {
        beginDay(window);
        beginDay(before);
    }

    private void beginDay(@Nullable ChargeWindow one) {
        String zone = limit.zone();
        if (zone != null && one instanceof DayWindow days && days.begin(terms.time, terms.day(zone))) {
            tag = 0;
            days.forEach(terms.time, (instant, units) -> terms.journal.add(terms.time, this, instant, units));
        }
    }

    /** Lets an empty window go; a calendar's knows its day and stays. */
    void forgetEmpty() {
        if (slides() && own() == 0) {
            window = null;
        }
        if (earlier() == 0) {
            before = null;
        }
    }

    /** Shows what counts, for a journal that begins anew. */
    void writeTo(Journal sink) {
        if (window != null) {
            window.forEach(terms.time, (instant, units) -> sink.add(terms.time, this, instant, units));
        }
    }

    private ChargeWindow window() {
        if (window == null) {
            window = fresh();
        }
        return window;
    }

    private ChargeWindow before() {
        if (before == null) {
            before = fresh();
        }
        return before;
    }

    /** An empty window of this limit. */
    ChargeWindow fresh() {
        String zone = limit.zone();
        if (zone == null) {
            return new SlidingWindow(limit.window().toNanos(), resolution, GroupTerms.HORIZON_NANOS, terms.time);
        }
        DayWindow days = new DayWindow(GroupTerms.HORIZON_NANOS, terms.time);
        days.begin(terms.time, terms.day(zone));
        return days;
    }
}
