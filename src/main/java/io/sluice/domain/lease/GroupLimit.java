package io.sluice.domain.lease;

import io.sluice.domain.quota.ChargeWindow;
import io.sluice.domain.quota.DayWindow;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Journal;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.Pace;
import io.sluice.domain.quota.SlidingWindow;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a scope: its window, its pace, and what a provider said about it.
 *
 * <p>Where the group has only its share of each limit, what was charged before the founding is kept apart: the room is the
 * share of what that leaves, less what was charged since.
 */
final class GroupLimit implements Journal.Counted {
    /** The largest limit; a larger one is taken for this. */
    static final long MOST = 1L << 40;

    /** The amount of a limit that nobody defines any more. */
    static final long NOBODY = -1;

    /** What is already charged for all that may be unknown. */
    static final long ALL = Long.MAX_VALUE;

    private static final long PACED_FROM_NANOS = 10_000_000_000L;
    private static final long NAMED_FOR_NANOS = 600_000_000_000L;
    private static final long SLOWEST_HEAD_NANOS = 5_000_000_000L;

    /** Requests that were told as written can be given back for so long; then they are final. */
    static final long FINAL_NANOS = 10_000_000_000L;

    private final GroupTerms terms;
    private final String scope;
    private final Limit limit;
    private final int dimension;
    private final long windowNanos;
    private final boolean paced;
    private final int resolution;
    private long tag;

    /** Number and time of the batch in which it began: what was held before is not in it. */
    final long sinceBatch;

    final long sinceTime;

    /** The smallest amount that a living client defines, or {@link #NOBODY}. */
    long configured = NOBODY;

    /** The amount a provider named when it was less; 0 for none. */
    long named;

    /** When it was named, nanoseconds. */
    long namedAt;

    /** Units that somebody else seems to have used. */
    long external;

    /** When they no longer count, nanoseconds. */
    long externalUntil;

    /** Units that were charged because nobody knows what was, at {@link GroupTerms#fullAt}. */
    long filled;

    /** Up to which amount that was done, or what was known; {@link #ALL} for no need to. */
    long filledTo;

    /** Of what was charged until then, not everything is known to be written. */
    long doubtfulUntil = Long.MIN_VALUE;

    final Pace pace;

    /** What counts; null for nothing yet. Of the time since the founding where there is a window before. */
    @Nullable
    ChargeWindow window;

    /** What counts of the time before the founding; null where the group has the whole limit. */
    @Nullable
    ChargeWindow before;

    /** In a round: units that may still be granted. */
    long room;

    /** In a round: cost of what may still be granted, nanoseconds. */
    long slack;

    /** In {@link GroupScope#enforce}: the amount to be. */
    long next = NOBODY;

    GroupLimit(GroupTerms terms, GroupScope scope, Limit limit, long sinceBatch, long sinceTime, long paidAt) {
        this.terms = terms;
        this.scope = scope.id;
        this.limit = limit;
        this.dimension = limit.dimension().ordinal();
        this.windowNanos = limit.window().toNanos();
        this.resolution = scope.resolution;
        this.paced = scope.isChecked && limit.zone() == null && windowNanos >= PACED_FROM_NANOS;
        this.sinceBatch = sinceBatch;
        this.sinceTime = sinceTime;
        this.pace = new Pace(paidAt);
        if (limit.zone() != null) {
            window = fresh();
        }
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

    Dimension dimension() {
        return limit.dimension();
    }

    int ordinal() {
        return dimension;
    }

    long windowNanos() {
        return windowNanos;
    }

    boolean slides() {
        return limit.zone() == null;
    }

    boolean isInForce() {
        return configured != NOBODY;
    }

    /** The amount in force. */
    long amount() {
        return named == 0 ? configured : Math.min(configured, named);
    }

    /** How long its first waiting request may be passed by smaller ones. */
    long patienceNanos() {
        return Math.min(windowNanos / 8, SLOWEST_HEAD_NANOS);
    }

    /** Takes an amount into force. */
    void configure(long amount) {
        configured = amount;
        if (amount > filledTo && terms.fullAt != GroupTerms.ALL_KNOWN && mayBeUnknown()) {
            ChargeWindow of = terms.share == 1 ? window() : before();
            if (of.counts(terms.time, terms.fullAt)) {
                terms.journal.add(terms.time, this, terms.fullAt, amount - filledTo);
                of.add(terms.time, terms.fullAt, amount - filledTo);
                filled += amount - filledTo;
            }
            filledTo = amount;
        }
    }

    private boolean mayBeUnknown() {
        return limit.zone() == null || terms.fillsDay(limit.zone());
    }

    /** Units that count, those of before the founding included. */
    long used() {
        return usedOf(window) + usedOf(before);
    }

    private long usedOf(@Nullable ChargeWindow one) {
        return one == null ? 0 : one.used(terms.time);
    }

    /** Units that may be granted; negative when more is charged than the limit. */
    long room() {
        long own = usedOf(window);
        long earlier = usedOf(before);
        long whole = amount() - earlier - own - externalNow();
        return terms.share == 1 ? whole : Math.min(whole, ours(earlier) - own);
    }

    /** This group's share of what is left by what was charged before it. */
    private long ours(long earlier) {
        long left = Math.max(0, amount() - earlier);
        return terms.roundUp ? Math.ceilDiv(left, terms.share) : left / terms.share;
    }

    long externalNow() {
        return terms.time < externalUntil ? external : 0;
    }

    /** The first instant at which units fit; {@link Long#MAX_VALUE} when nobody knows. At most the amount in force. */
    long fitsAt(long units, long burst) {
        long now = terms.time;
        long at = now;
        if (room() < units) {
            long rest = amount() - units;
            if (terms.share != 1) {
                long half = ours(usedOf(before));
                long own = Math.max(0, half - units);
                at = Math.max(
                        dropsTo(window, own), half < units ? dropsTo(before, Math.max(0, amount() - 2 * units)) : now);
            } else if (rest >= externalNow()) {
                at = dropsTo(window, rest - externalNow());
            } else {
                at = Math.max(externalUntil, dropsTo(window, rest));
            }
        }
        if (paced) {
            at = Math.max(at, now + Math.max(0, pace.debtNanos(now) + cost(units) - cost(burst(burst))));
        }
        return at;
    }

    private long dropsTo(@Nullable ChargeWindow one, long rest) {
        return one == null ? terms.time : one.dropsTo(terms.time, rest);
    }

    /**
     * Begins a round.
     *
     * @param burst the largest request that waits
     */
    void beginRound(long burst) {
        room = room();
        slack = paced ? cost(burst(burst)) - pace.debtNanos(terms.time) : Long.MAX_VALUE;
    }

    private long burst(long largest) {
        return Math.max(Math.ceilDiv(amount(), 10), Math.min(largest, amount()));
    }

    /** In a round: whether units can be granted. */
    boolean fits(long units) {
        return units <= room && (!paced || units == 0 || cost(units) <= slack);
    }

    /** In a round: sets units aside. */
    void take(long units) {
        room -= units;
        if (paced) {
            slack -= cost(units);
        }
    }

    /** In a round: units that a part of what is left allows. */
    long part(long parts) {
        long units = Math.max(0, room) / parts;
        return paced && units > 0
                ? Math.min(units, Pace.unitsIn(slack / parts, Math.max(1, amount()), windowNanos))
                : units;
    }

    private long cost(long units) {
        return Pace.costNanos(Math.min(units, MOST), Math.max(1, amount()), windowNanos);
    }

    /** Charges what was granted. */
    void grant(long expiry, long units) {
        charge(expiry, units);
        if (paced && isInForce()) {
            pace.spend(terms.time, cost(units));
        }
    }

    /** Puts what was written and what is kept in place of what was held. */
    void settle(Holding holding, long expiry, long written, long kept) {
        long held = sinceBatch <= holding.batch ? holding.units[dimension] : 0;
        if (window instanceof SlidingWindow sliding && sliding.sameBucket(holding.expiry, expiry)) {
            charge(expiry, Math.max(0, kept - held));
            charge(terms.time, written);
            giveBack(holding.expiry, Math.max(0, held - kept));
        } else {
            charge(expiry, kept);
            charge(terms.time, written);
            giveBack(holding.expiry, held);
        }
        if (paced && isInForce()) {
            long more = written + kept - holding.units[dimension];
            if (more > 0) {
                pace.spend(terms.time, cost(more));
            } else if (more < 0) {
                pace.giveBack(terms.time, cost(-more));
            }
        }
    }

    /** Gives back what was told as written and was not used. */
    void refund(long chargedAt, long units) {
        if (units == 0 || chargedAt <= sinceTime) {
            return; // What was charged before it began is not in it.
        }
        if (limit.dimension() == Dimension.REQUESTS && terms.time - chargedAt > FINAL_NANOS) {
            return; // A new group may already count on it.
        }
        long given = giveBack(chargedAt, units);
        if (given > 0 && paced && isInForce()) {
            pace.giveBack(terms.time, cost(given));
        }
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

    private long giveBack(long instant, long units) {
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

    /** Tells what a provider said. */
    void observe(long namedAmount, long remaining) {
        named = isInForce() && namedAmount < configured ? Math.max(1, namedAmount) : 0;
        namedAt = terms.time;
        external = Math.clamp(amount() - used() - remaining, 0, MOST);
        externalUntil = terms.time + windowNanos;
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
        filledTo = Math.min(MOST, filledTo + units);
    }

    private ChargeWindow put(@Nullable ChargeWindow one, long day, long instant, long units) {
        ChargeWindow of = one == null ? fresh() : one;
        if (of instanceof DayWindow days && day > days.day()) {
            of = new DayWindow(GroupTerms.HORIZON_NANOS, terms.time);
            ((DayWindow) of).begin(terms.time, day);
        }
        boolean isOver = of instanceof DayWindow days && day < days.day();
        if (!isOver && of.counts(terms.time, instant) && instant <= terms.time + GroupTerms.HORIZON_NANOS) {
            of.add(terms.time, instant, units);
        }
        return of;
    }

    /** Goes back to what is configured when a provider did not name less for a while. */
    boolean forgetNamed() {
        if (named == 0 || terms.time - namedAt <= NAMED_FOR_NANOS) {
            return false;
        }
        named = 0;
        return true;
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

    /** Lets an empty window go. */
    void forgetEmpty() {
        if (slides() && window != null && window.used(terms.time) == 0) {
            window = null;
        }
        if (before != null && before.used(terms.time) == 0) {
            before = null;
        }
    }

    ChargeWindow window() {
        if (window == null) {
            window = fresh();
        }
        return window;
    }

    ChargeWindow before() {
        if (before == null) {
            before = fresh();
        }
        return before;
    }

    /** An empty window of this limit. */
    ChargeWindow fresh() {
        String zone = limit.zone();
        if (zone == null) {
            return new SlidingWindow(windowNanos, resolution, GroupTerms.HORIZON_NANOS, terms.time);
        }
        DayWindow days = new DayWindow(GroupTerms.HORIZON_NANOS, terms.time);
        days.begin(terms.time, terms.day(zone));
        return days;
    }
}
