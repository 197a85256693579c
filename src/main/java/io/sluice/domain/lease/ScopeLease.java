package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this node holds of one scope. Held units are either spare or reserved by debits; both can be spent until the
 * lease's expiry, and what was spent is told by the next statement. Confined to its book's thread.
 */
final class ScopeLease {
    static final Dimension[] DIMENSIONS = Dimension.values();
    /** Whose windows are all long, or which only bounds requests in flight. */
    static final long LONGEST_TTL = 500_000_000L;

    private static final int D = Units.DIMENSIONS;
    /** An instant that is over, with room for a subtraction. */
    private static final long PAST = Long.MIN_VALUE / 2;

    /** How long places may be taken after they were given; the group frees those of a client that is silent for longer. */
    private static final long PLACES_TTL = 10_000_000_000L;

    final String id;
    /** Those that wait for room here, oldest first. */
    final List<Waiting> waiting = new ArrayList<>();

    private final List<ScopeLease> busy;
    private boolean isBusy;
    private int number = -1;
    private LimitSet own = LimitSet.NONE;
    private boolean defined;
    private final long[] configured = new long[D];

    private final HeldUnits held = new HeldUnits();
    private final Demand demand = new Demand();
    private final Room room = new Room();
    private final long[] inFlightRefund = new long[D];
    private final RefundList refunds = new RefundList();

    private long expiresAt = PAST;
    private long placesUntil = PAST;
    private long ttl = LONGEST_TTL;
    private int requests;
    private int places;

    private boolean asking;
    private @Nullable Observation observation;

    ScopeLease(String id, List<ScopeLease> busy) {
        this.id = id;
        this.busy = busy;
    }

    // --- limits

    void become(LimitSet limits) {
        if (limits.equals(own) && number >= 0) {
            return;
        }
        own = limits;
        defined = false;
        room.forget();
        Arrays.fill(configured, 0);
        for (Limit limit : limits.windows()) {
            int d = limit.dimension().ordinal();
            configured[d] = configured[d] == 0 ? limit.amount() : Math.min(configured[d], limit.amount());
        }
        wake();
    }

    LimitSet own() {
        return own;
    }

    int number() {
        return number;
    }

    /** Gives it a number with a new client; everything it held is void. */
    void startOver(int newNumber) {
        number = newNumber;
        defined = false;
        room.forget();
        held.drop();
        Arrays.fill(inFlightRefund, 0);
        refunds.clear();
        places = 0;
        expiresAt = PAST;
        placesUntil = PAST;
        wake();
    }

    boolean isDefined() {
        return defined;
    }

    void define() {
        defined = true;
    }

    /** The smallest amount of a dimension that is in force; 0 where nothing limits. */
    long amount(int d) {
        return room.isHeard() || configured[d] == 0 ? room.inForce(d) : configured[d];
    }

    int concurrency() {
        return own.concurrency();
    }

    /** The part of an estimate that is asked for: a guess alone never asks for more than a whole limit. */
    Estimate within(Estimate estimate) {
        Estimate charged = estimate;
        for (int d = 0; d < D; d++) {
            long amount = amount(d);
            if (amount > 0) {
                charged = charged.within(DIMENSIONS[d], amount);
            }
        }
        return charged;
    }

    // --- room

    boolean fits(long now, Estimate estimate) {
        if (own.concurrency() > 0 && (requests >= places || now >= placesUntil)) {
            return false;
        }
        boolean leased = false;
        for (int d = 0; d < D; d++) {
            if (amount(d) > 0) {
                leased = true;
                if (held.spare(d) < estimate.units(DIMENSIONS[d])) {
                    return false;
                }
            }
        }
        return !leased || now < expiresAt - ttl / 8;
    }

    /** Until when what is reserved now may be written. */
    long expiry(long now) {
        for (int d = 0; d < D; d++) {
            if (amount(d) > 0) {
                return expiresAt;
            }
        }
        return now + LONGEST_TTL;
    }

    /** The dimension whose whole amount is too small; -1 when none is. */
    int tooSmall(Estimate estimate) {
        int smallest = -1;
        for (int d = 0; d < D; d++) {
            long amount = amount(d);
            if (amount > 0 && estimate.units(DIMENSIONS[d]) > amount && (smallest < 0 || amount < amount(smallest))) {
                smallest = d;
            }
        }
        return smallest;
    }

    /** Whether the group said that a request of this size does not fit yet. */
    boolean isFullFor(long now, Estimate estimate) {
        if (!isFull(now)) {
            return false;
        }
        for (int d = 0; d < D; d++) {
            if (amount(d) > 0 && estimate.units(DIMENSIONS[d]) < room.fitsFor(d)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the group said that even the smallest request that waits does not fit yet. */
    boolean isFull(long now) {
        return now < room.fitsAt();
    }

    /** When the first that waits fits, as the group said last. */
    long fitsAt() {
        return room.fitsAt();
    }

    boolean dependsOnRequestsInFlight() {
        return room.isUnknown();
    }

    boolean neverFits() {
        return room.isNever();
    }

    /** How long the limit takes to give so many units. */
    long nanosFor(long[] units) {
        long longest = 0;
        for (Limit limit : own.windows()) {
            long need = units[limit.dimension().ordinal()];
            long window = limit.window().toNanos();
            longest = Math.max(
                    longest, need > Long.MAX_VALUE / window ? Long.MAX_VALUE / 4 : need * window / limit.amount());
        }
        return longest;
    }

    long spare(int d) {
        return held.spare(d);
    }

    /** Units that fit, as far as this node knows: those that nobody holds, and its own spare ones. */
    long left(long now, int d) {
        long amount = amount(d);
        if (!room.isHeard()) {
            return amount;
        }
        return Math.clamp(room.free(d) + (now < expiresAt ? held.spare(d) : 0), 0, amount);
    }

    /** The scarcest limit's free share, 0 to 1000; what was heard long ago is taken as flowing back evenly. */
    int freePermille(long now) {
        int least = own.concurrency() > 0
                ? (int) Math.max(0, (own.concurrency() - requests) * 1000L / own.concurrency())
                : 1000;
        for (Limit limit : own.windows()) {
            int d = limit.dimension().ordinal();
            long amount = amount(d);
            if (!room.isHeard() || amount <= 0) {
                continue;
            }
            long whole = Math.max(1, amount / 1_000_000);
            long left = left(now, d) / whole;
            long back = Math.max(0, now - room.saidAt())
                    / 1_000_000
                    * (amount / whole)
                    / Math.max(1, limit.window().toMillis());
            least = (int) Math.min(least, Math.min(amount / whole, left + back) * 1000 / Math.max(1, amount / whole));
        }
        return least;
    }

    // --- debits

    void reserve(long[] units) {
        held.reserve(units);
        demand.add(units);
        requests++;
        wake();
    }

    void leave() {
        requests--;
        wake();
    }

    void release(long[] units) {
        held.release(units);
        wake();
    }

    /** Reserved units were written; what was not used is spare again. */
    void write(long[] units, Estimate actual) {
        held.write(units, actual);
        wake();
    }

    void write(long[] units, long[] used) {
        held.write(units, used);
        wake();
    }

    void unwrite(long[] units) {
        held.unwrite(units);
        wake();
    }

    void chargeAgain(long[] units) {
        for (int d = 0; d < D; d++) {
            held.owe(d, units[d]);
        }
        wake();
    }

    void overrun(int d, long units) {
        held.owe(d, units);
        wake();
    }

    void refundInFlight(long[] units) {
        for (int d = 0; d < D; d++) {
            inFlightRefund[d] += units[d];
        }
        wake();
    }

    void refund(long chargedAt, long[] units) {
        refunds.add(chargedAt, units);
        if (!waiting.isEmpty()) {
            room.mayFitSoon();
        }
        wake();
    }

    void observe(Observation said) {
        observation = observation == null ? said : observation.and(said);
        wake();
    }

    /** Nothing that is held may be spent any more. */
    void voidLease() {
        expiresAt = PAST;
        placesUntil = PAST;
        room.mayFit();
    }

    // --- statements

    /** A statement was perhaps not taken: what it called written is told once more. */
    void tellAgain(ScopeStatement statement) {
        for (int d = 0; d < D; d++) {
            held.owe(d, statement.written().get(d));
        }
        wake();
    }

    void wake() {
        if (!isBusy) {
            isBusy = true;
            busy.add(this);
        }
    }

    void rest() {
        isBusy = false;
    }

    /** Whether there is anything left to hold, to tell or to wait for. */
    boolean isIdle() {
        return waiting.isEmpty()
                && requests == 0
                && refunds.isEmpty()
                && observation == null
                && places == 0
                && held.isIdle()
                && Units.isZero(inFlightRefund)
                && defined;
    }

    /** Whether something must be said at the next regular renewal. */
    boolean isDue(long now) {
        if (!defined || observation != null || !refunds.isEmpty() || held.hasWritten()) {
            return true;
        }
        if (!waiting.isEmpty() && now >= room.askAgainAt()) {
            return true;
        }
        if (places != placesToKeep(now) || places > 0 && now >= placesUntil - PLACES_TTL / 2) {
            return true;
        }
        if (held.isEmpty()) {
            return false;
        }
        if (now >= expiresAt - ttl / 2) {
            return held.hasSpare() || now >= expiresAt;
        }
        for (int d = 0; d < D; d++) {
            if (held.spare(d) > toKeep(now, d)) {
                return true;
            }
        }
        return false;
    }

    /** Somebody waits of whom the group should hear at once. */
    void ask() {
        asking = true;
        wake();
    }

    boolean isAsking() {
        return asking && !waiting.isEmpty();
    }

    /** When those that wait are told again, unless something else is to say before. */
    long askAgainAt() {
        return room.askAgainAt();
    }

    private int placesToKeep(long now) {
        if (own.concurrency() == 0) {
            return 0;
        }
        int more = Math.min(Math.max(0, places - requests), waiting.size() + sparePlaces(now));
        return requests + more;
    }

    private int sparePlaces(long now) {
        return demand.places(now, own.concurrency());
    }

    /** Spare units that are worth keeping; none where others may need them. */
    private long toKeep(long now, int d) {
        return room.isHeard() && room.free(d) <= 0 ? 0 : demand.wanted(now, d);
    }

    /** Fixes what was written and what is kept, and says so. */
    ScopeStatement state(long now, Waiting[] first, boolean last) {
        int count = first.length;
        demand.learn(now);
        long[] kept = new long[D];
        long[] want = new long[D];
        long[] sum = new long[D];
        boolean expired = now >= expiresAt;
        for (int i = 0; i < waiting.size(); i++) {
            waiting.get(i).addTo(sum, this);
        }
        List<WaitingRequest> told = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            told.add(first[i].told(this));
        }
        for (int d = 0; d < D; d++) {
            // Those that wait are told as whole requests: what is spare goes back, so that nothing is asked for twice.
            held.keep(d, last || expired || count > 0 || amount(d) == 0 ? 0 : toKeep(now, d));
            kept[d] = held.needed(d);
            want[d] = last || amount(d) == 0 ? 0 : kept[d] + Math.max(0, demand.wanted(now, d) - held.spare(d));
        }
        int keepPlaces = last || count > 0 ? requests : placesToKeep(now);
        places = own.concurrency() == 0 ? 0 : keepPlaces;
        ScopeStatement statement = new ScopeStatement(
                number,
                held.takeWritten(),
                refunds.take(),
                Units.of(kept),
                places,
                Units.of(want),
                last || own.concurrency() == 0 ? 0 : requests + sparePlaces(now),
                told,
                Units.of(sum),
                observation);
        observation = null;
        asking = false;
        return statement;
    }

    /** The group answered a statement that was made at an instant. */
    void hear(ScopeGrant grant, long sentAt, long now, boolean isVoid, long time) {
        room.hear(grant, now, defined);
        ttl = grant.ttlNanos();
        expiresAt = isVoid ? PAST : sentAt + ttl;
        placesUntil = isVoid ? PAST : sentAt + PLACES_TTL;
        for (int d = 0; d < D; d++) {
            held.grant(d, grant.granted().get(d));
        }
        places = own.concurrency() == 0 ? 0 : grant.places();
        wake();
        if (!Units.isZero(inFlightRefund)) {
            refunds.add(time, inFlightRefund);
            Arrays.fill(inFlightRefund, 0);
        }
    }

    /** What the group said of room was said of a request of this size. */
    void saidOf(Estimate units) {
        room.saidOf(units);
    }

    /** Units nobody holds, as the group said last. */
    long free(int d) {
        return room.free(d);
    }

    boolean isHeard() {
        return room.isHeard();
    }

    /** When what is reserved runs out. */
    long expiresAt() {
        return expiresAt;
    }

    long ttl() {
        return ttl;
    }
}
