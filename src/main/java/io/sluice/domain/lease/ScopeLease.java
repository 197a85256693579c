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

    private static final long PERIOD = 100_000_000L;
    private static final long RECENT = 2_000_000_000L;
    /** Before the group forgets who waits. */
    private static final long ASK_AGAIN = 400_000_000L;

    private static final long ASK_PLACES_AGAIN = 100_000_000L;
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
    private boolean heard;
    private final long[] configured = new long[D];

    private final long[] spare = new long[D];
    private final long[] reserved = new long[D];
    private final long[] written = new long[D];
    private final long[] inFlightRefund = new long[D];
    private final RefundList refunds = new RefundList();
    private final long[] held = new long[D];
    /** What of the lease is there to be spent: spare and reserved units are never believed to be more. */
    private final long[] backing = new long[D];

    private long expiresAt = PAST;
    private long placesUntil = PAST;
    private long ttl = LONGEST_TTL;
    private int requests;
    private int places;

    private final long[] free = new long[D];
    private final long[] inForce = new long[D];
    private long saidAt;
    private long fitsAt = PAST;
    private long[] fitsFor = new long[D];
    private boolean asking;
    private boolean unknownFit;
    private boolean never;

    private final long[] demand = new long[D];
    private final long[] perPeriod = new long[D];
    private long demandSince;
    private long usedAt = PAST;
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
        heard = false;
        Arrays.fill(configured, 0);
        for (Limit limit : limits.windows()) {
            int d = limit.dimension().ordinal();
            configured[d] = configured[d] == 0 ? limit.amount() : Math.min(configured[d], limit.amount());
        }
        fitsAt = PAST;
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
        heard = false;
        Arrays.fill(spare, 0);
        Arrays.fill(reserved, 0);
        Arrays.fill(held, 0);
        Arrays.fill(backing, 0);
        Arrays.fill(inFlightRefund, 0);
        refunds.clear();
        places = 0;
        expiresAt = PAST;
        placesUntil = PAST;
        fitsAt = PAST;
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
        return heard ? inForce[d] : configured[d] > 0 ? configured[d] : inForce[d];
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
                if (spare[d] < estimate.units(DIMENSIONS[d])) {
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
        if (now >= fitsAt) {
            return false;
        }
        for (int d = 0; d < D; d++) {
            if (amount(d) > 0 && estimate.units(DIMENSIONS[d]) < fitsFor[d]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the group said that even the smallest request that waits does not fit yet. */
    boolean isFull(long now) {
        return now < fitsAt;
    }

    /** When the first that waits fits, as the group said last. */
    long fitsAt() {
        return fitsAt;
    }

    boolean dependsOnRequestsInFlight() {
        return unknownFit;
    }

    boolean neverFits() {
        return never;
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
        return spare[d];
    }

    /** Units that fit, as far as this node knows: those that nobody holds, and its own spare ones. */
    long left(long now, int d) {
        long amount = amount(d);
        if (!heard) {
            return amount;
        }
        return Math.clamp(free[d] + (now < expiresAt ? spare[d] : 0), 0, amount);
    }

    /** The scarcest limit's free share, 0 to 1000; what was heard long ago is taken as flowing back evenly. */
    int freePermille(long now) {
        int least = own.concurrency() > 0
                ? (int) Math.max(0, (own.concurrency() - requests) * 1000L / own.concurrency())
                : 1000;
        for (Limit limit : own.windows()) {
            int d = limit.dimension().ordinal();
            long amount = amount(d);
            if (!heard || amount <= 0) {
                continue;
            }
            long whole = Math.max(1, amount / 1_000_000);
            long left = left(now, d) / whole;
            long back = Math.max(0, now - saidAt)
                    / 1_000_000
                    * (amount / whole)
                    / Math.max(1, limit.window().toMillis());
            least = (int) Math.min(least, Math.min(amount / whole, left + back) * 1000 / Math.max(1, amount / whole));
        }
        return least;
    }

    // --- debits

    void reserve(long[] units) {
        for (int d = 0; d < D; d++) {
            spare[d] -= units[d];
            reserved[d] += units[d];
            demand[d] += units[d];
            if (spare[d] < 0) {
                spare[d] = 0; // Nothing limits it here.
            }
        }
        requests++;
        wake();
    }

    void leave() {
        requests--;
        wake();
    }

    void release(long[] units) {
        for (int d = 0; d < D; d++) {
            reserved[d] -= units[d];
            free(d, units[d]);
        }
        wake();
    }

    /** Units are spare again, unless no lease ever covered them: their limit may be younger than their debit. */
    private void free(int d, long units) {
        spare[d] = Math.min(spare[d] + units, Math.max(0, backing[d] - reserved[d]));
    }

    /** Reserved units were written; what was not used is spare again. */
    void write(long[] units, Estimate actual) {
        for (int d = 0; d < D; d++) {
            long used = actual.units(DIMENSIONS[d]);
            reserved[d] -= units[d];
            written[d] += used;
            backing[d] = Math.max(0, backing[d] - Math.min(used, units[d]));
            free(d, Math.max(0, units[d] - used));
        }
        wake();
    }

    void write(long[] units, long[] used) {
        for (int d = 0; d < D; d++) {
            reserved[d] -= units[d];
            written[d] += used[d];
            backing[d] = Math.max(0, backing[d] - used[d]);
        }
        wake();
    }

    void unwrite(long[] units) {
        for (int d = 0; d < D; d++) {
            written[d] -= units[d];
            backing[d] += units[d];
            free(d, units[d]);
        }
        wake();
    }

    void chargeAgain(long[] units) {
        for (int d = 0; d < D; d++) {
            written[d] += units[d];
        }
        wake();
    }

    void overrun(int d, long units) {
        written[d] += units;
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
        fitsAt = waiting.isEmpty() ? fitsAt : Math.min(fitsAt, saidAt);
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
        fitsAt = PAST;
    }

    // --- statements

    /** A statement was perhaps not taken: what it called written is told once more. */
    void tellAgain(ScopeStatement statement) {
        for (int d = 0; d < D; d++) {
            written[d] += statement.written().get(d);
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
                && isZero(written)
                && isZero(inFlightRefund)
                && isZero(held)
                && isZero(reserved)
                && defined;
    }

    /** Whether something must be said at the next regular renewal. */
    boolean isDue(long now) {
        if (!defined || observation != null || !refunds.isEmpty() || !isZero(written)) {
            return true;
        }
        if (!waiting.isEmpty() && now >= askAgainAt()) {
            return true;
        }
        if (places != placesToKeep(now) || places > 0 && now >= placesUntil - PLACES_TTL / 2) {
            return true;
        }
        if (isZero(held)) {
            return false;
        }
        if (now >= expiresAt - ttl / 2) {
            return !onlyReserved() || now >= expiresAt;
        }
        for (int d = 0; d < D; d++) {
            if (spare[d] > toKeep(now, d)) {
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
        return Math.min(Math.max(fitsAt, saidAt), saidAt + (unknownFit ? ASK_PLACES_AGAIN : ASK_AGAIN));
    }

    private boolean onlyReserved() {
        return isZero(spare);
    }

    private int placesToKeep(long now) {
        if (own.concurrency() == 0) {
            return 0;
        }
        int more = Math.min(Math.max(0, places - requests), waiting.size() + sparePlaces(now));
        return requests + more;
    }

    private int sparePlaces(long now) {
        return now - usedAt < RECENT ? (int) Math.min(1 + perPeriod[0], own.concurrency()) : 0;
    }

    /** Spare units that are worth keeping: two periods' demand; none where others may need them. */
    private long toKeep(long now, int d) {
        return heard && free[d] <= 0 ? 0 : wanted(now, d);
    }

    private long wanted(long now, int d) {
        return now - usedAt < RECENT ? 2 * perPeriod[d] : 0;
    }

    private void learnDemand(long now) {
        long elapsed = now - demandSince;
        if (elapsed < PERIOD / 2 && isZero(demand)) {
            return;
        }
        if (!isZero(demand)) {
            usedAt = now;
        }
        long periods = Math.max(1, elapsed / PERIOD);
        for (int d = 0; d < D; d++) {
            long sample = demand[d] / periods;
            perPeriod[d] = sample > perPeriod[d]
                    ? (perPeriod[d] + sample + 1) / 2
                    : perPeriod[d] - (perPeriod[d] - sample + 7) / 8;
            demand[d] = 0;
        }
        demandSince = now;
    }

    /** Fixes what was written and what is kept, and says so. */
    ScopeStatement state(long now, Waiting[] first, boolean last) {
        int count = first.length;
        learnDemand(now);
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
            spare[d] = last || expired || count > 0 || amount(d) == 0 ? 0 : Math.min(spare[d], toKeep(now, d));
            kept[d] = Math.max(0, reserved[d]) + spare[d];
            want[d] = last || amount(d) == 0 ? 0 : kept[d] + Math.max(0, wanted(now, d) - spare[d]);
            held[d] = kept[d];
            backing[d] = kept[d];
        }
        int keepPlaces = last || count > 0 ? requests : placesToKeep(now);
        places = own.concurrency() == 0 ? 0 : keepPlaces;
        ScopeStatement statement = new ScopeStatement(
                number,
                units(written),
                refunds.take(),
                Units.of(kept),
                places,
                Units.of(want),
                last || own.concurrency() == 0 ? 0 : requests + sparePlaces(now),
                told,
                Units.of(sum),
                observation);
        Arrays.fill(written, 0);
        observation = null;
        asking = false;
        return statement;
    }

    private static Units units(long[] amounts) {
        for (int d = 0; d < D; d++) {
            amounts[d] = Math.max(0, amounts[d]);
        }
        return Units.of(amounts);
    }

    /** The group answered a statement that was made at an instant. */
    void hear(ScopeGrant grant, long sentAt, long now, boolean isVoid, long time) {
        heard = defined;
        ttl = grant.ttlNanos();
        expiresAt = isVoid ? PAST : sentAt + ttl;
        placesUntil = isVoid ? PAST : sentAt + PLACES_TTL;
        for (int d = 0; d < D; d++) {
            long granted = grant.granted().get(d);
            spare[d] += granted;
            held[d] += granted;
            backing[d] += granted;
            free[d] = grant.free().get(d);
            inForce[d] = grant.limits().get(d);
        }
        places = own.concurrency() == 0 ? 0 : grant.places();
        saidAt = now;
        wake();
        if (!isZero(inFlightRefund)) {
            refunds.add(time, inFlightRefund);
            Arrays.fill(inFlightRefund, 0);
        }
        never = grant.fitsInNanos() == ScopeGrant.NEVER;
        unknownFit = grant.fitsInNanos() == ScopeGrant.UNKNOWN;
        if (grant.fitsInNanos() == 0) {
            fitsAt = PAST;
        } else {
            fitsAt = now + (never ? ASK_AGAIN : unknownFit ? ASK_PLACES_AGAIN : grant.fitsInNanos());
        }
        Arrays.fill(fitsFor, Long.MAX_VALUE);
    }

    /** What the group said of room was said of a request of this size. */
    void saidOf(Estimate units) {
        for (int d = 0; d < D; d++) {
            fitsFor[d] = units.units(DIMENSIONS[d]);
        }
    }

    /** Units nobody holds, as the group said last. */
    long free(int d) {
        return free[d];
    }

    boolean isHeard() {
        return heard;
    }

    /** When what is reserved runs out. */
    long expiresAt() {
        return expiresAt;
    }

    long ttl() {
        return ttl;
    }

    private static boolean isZero(long[] amounts) {
        for (long amount : amounts) {
            if (amount != 0) {
                return false;
            }
        }
        return true;
    }
}
