package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.Pace;

/** One limit of a scope: its amount, what is charged to it, its pace, and what a provider said about it. */
final class GroupLimit {
    /** The largest limit; a larger one is taken for this. */
    static final long MOST = 1L << 40;

    /** The amount of a limit that nobody defines any more. */
    static final long NOBODY = -1;

    /** Requests that were told as written can be given back for so long, nanoseconds; then they are final. */
    static final long FINAL_NANOS = 10_000_000_000L;

    private static final long PACED_FROM_NANOS = 10_000_000_000L;
    private static final long FEW_REQUESTS = 10;
    private static final long NAMED_FOR_NANOS = 600_000_000_000L;
    private static final long MOST_PATIENCE_NANOS = 5_000_000_000L;

    private final GroupTerms terms;
    private final int ordinal;
    private final long windowNanos;
    private final boolean paced;

    /** What is charged to it. */
    final GroupCharges charges;

    /** How fast it may be spent. */
    final Pace pace;

    /** The batch in which it began: what was held before is not charged to it. */
    final long sinceBatch;

    /** When that was, nanoseconds: what was written until then is not charged to it. */
    final long sinceTime;

    /** The smallest amount that a living client defines, or {@link #NOBODY}. */
    long configured = NOBODY;

    /** The amount to be, while definitions are compared. */
    long next = NOBODY;

    /** The amount a provider named when it was less; 0 for none. */
    long named;

    /** When it was named, nanoseconds. */
    long namedAt;

    /** Units that somebody else seems to have used. */
    long external;

    /** When they no longer count, nanoseconds. */
    long externalUntil;

    /** In a round: units that the window still allows. */
    private long room;

    /** In a round: units that the pace still allows. */
    private long earned;

    /**
     * A limit that nobody defines yet.
     *
     * @param limit dimension, length and zone; its amount does not count
     * @param paidAt when the pace's debt is paid, nanoseconds
     */
    GroupLimit(GroupTerms terms, GroupScope scope, Limit limit, long sinceBatch, long sinceTime, long paidAt) {
        this.terms = terms;
        this.charges = new GroupCharges(terms, scope, limit);
        this.ordinal = limit.dimension().ordinal();
        this.windowNanos = limit.window().toNanos();
        this.paced = scope.isChecked && limit.zone() == null && windowNanos >= PACED_FROM_NANOS;
        this.sinceBatch = sinceBatch;
        this.sinceTime = sinceTime;
        this.pace = new Pace(paidAt);
    }

    Dimension dimension() {
        return charges.limit().dimension();
    }

    int ordinal() {
        return ordinal;
    }

    long windowNanos() {
        return windowNanos;
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
        return Math.min(windowNanos / 8, MOST_PATIENCE_NANOS);
    }

    /** Takes {@link #next} into force. */
    void configure() {
        configured = next;
        charges.fillTo(configured);
    }

    /** Units that count, those of before the founding included. */
    long used() {
        return charges.own() + charges.earlier();
    }

    /**
     * Units that may be granted; negative when more is charged than the limit. Of its share of a limit a group has the
     * share of what was left by before the founding, less what was charged since.
     */
    long room() {
        long own = charges.own();
        long earlier = charges.earlier();
        long whole = amount() - earlier - own - externalNow();
        return terms.share == 1 ? whole : Math.min(whole, ours(earlier) - own);
    }

    private long ours(long earlier) {
        long left = Math.max(0, amount() - earlier);
        return terms.roundUp ? Math.ceilDiv(left, terms.share) : left / terms.share;
    }

    /** Units that somebody else seems to have used and that count now. */
    long externalNow() {
        return terms.time < externalUntil ? external : 0;
    }

    /**
     * The first instant at which units fit if nothing changes; {@link Long#MAX_VALUE} when nobody knows. Not before that
     * instant; for a share of a limit perhaps a little earlier.
     *
     * @param units at most the amount in force
     * @param largest the largest request that waits
     */
    long fitsAt(long units, long largest) {
        long now = terms.time;
        long at = now;
        if (room() < units) {
            long rest = amount() - units;
            if (terms.share != 1) {
                long ours = ours(charges.earlier());
                at = charges.ownDropsTo(Math.max(0, ours - units));
                if (ours < units) {
                    at = Math.max(at, charges.earlierDropsTo(Math.max(0, amount() - terms.share * units)));
                }
            } else if (rest >= externalNow()) {
                at = charges.ownDropsTo(rest - externalNow());
            } else {
                at = Math.max(externalUntil, charges.ownDropsTo(rest));
            }
        }
        return paced ? Math.max(at, now + Math.max(0, pace.debtNanos(now) + cost(units) - cost(burst(largest)))) : at;
    }

    /**
     * Begins a round.
     *
     * @param largest the largest request that waits
     */
    void beginRound(long largest) {
        room = room();
        earned = paced
                ? Pace.unitsIn(cost(burst(largest)) - pace.debtNanos(terms.time), atLeastOne(), windowNanos)
                : Long.MAX_VALUE / 4;
    }

    /**
     * A tenth of the limit, rounded up, or the largest request if that is more. A few requests may always come at once:
     * whoever has three a minute expects to use all three when needed, and so few do no harm.
     */
    private long burst(long largest) {
        long least = charges.limit().dimension() == Dimension.REQUESTS ? Math.max(largest, FEW_REQUESTS) : largest;
        return Math.max(Math.ceilDiv(amount(), 10), Math.min(least, amount()));
    }

    /** In a round: whether units can be granted. */
    boolean fits(long units) {
        return units <= room && units <= earned;
    }

    /** In a round: sets units aside. */
    void take(long units) {
        room -= units;
        earned -= units;
    }

    /** In a round: an equal part of what is left, rounded down. */
    long part(long parts) {
        return Math.max(0, Math.min(room, earned)) / parts;
    }

    /** Charges what was granted. */
    void grant(long expiry, long units) {
        charges.charge(expiry, units);
        spend(units);
    }

    /** Puts what was written and what is kept in place of what was held. */
    void settle(Holding holding, long expiry, long written, long kept) {
        long held = holding.units[ordinal];
        charges.settle(holding.expiry, sinceBatch <= holding.batch ? held : 0, expiry, written, kept);
        spend(written + kept - held);
    }

    /** Gives back what was told as written and was not used. */
    void refund(long chargedAt, long units) {
        if (chargedAt <= sinceTime) {
            return; // It is not charged here.
        }
        if (dimension() == Dimension.REQUESTS && terms.time - chargedAt > FINAL_NANOS) {
            return; // A new group may already count on it.
        }
        spend(-charges.giveBack(chargedAt, units));
    }

    private void spend(long units) {
        if (paced && isInForce()) {
            if (units > 0) {
                pace.spend(terms.time, units, atLeastOne(), windowNanos);
            } else {
                pace.giveBack(terms.time, -units, atLeastOne(), windowNanos);
            }
        }
    }

    private long cost(long units) {
        return Pace.costNanos(units, atLeastOne(), windowNanos);
    }

    private long atLeastOne() {
        return Math.max(1, amount());
    }

    /** Takes what a provider said: a lower limit, and how much of it is left. */
    void observe(long namedAmount, long remaining) {
        named = isInForce() && namedAmount < configured ? Math.max(1, namedAmount) : 0;
        namedAt = terms.time;
        external = Math.clamp(amount() - used() - remaining, 0, MOST);
        externalUntil = terms.time + windowNanos;
    }

    /** Goes back to what is configured when a provider did not name less for a while. */
    boolean forgetNamed() {
        if (named == 0 || terms.time - namedAt <= NAMED_FOR_NANOS) {
            return false;
        }
        named = 0;
        return true;
    }
}
