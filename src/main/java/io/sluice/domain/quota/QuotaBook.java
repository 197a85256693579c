package io.sluice.domain.quota;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Reservation.Debit;
import io.sluice.domain.quota.Reservation.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All windows of a node: who may spend what, and who did.
 *
 * <p>A reservation is charged at once at the instant at which it expires, as if used at the last possible moment; what
 * is not charged cannot be spent. At settlement its units move to the instant at which they were really written, and the
 * estimate gives way to what was used.
 *
 * <p>Limits are those of the revision last given to {@link #reload}; the limits that a scope carries in a request count
 * only for scopes that this revision does not know, such as those of a request that began before it. Scopes without
 * charges and without requests in flight are forgotten.
 *
 * <p>Single writer: confined to one thread. Time is an argument, nanoseconds of a monotonic source, and never goes back.
 */
public final class QuotaBook {
    /** What {@link #settle} answers for a number that is not open: settled before, or never given. */
    public static final long UNMATCHED = -1;

    /** Stands for "everything is known" in place of an instant. */
    public static final long ALL_KNOWN = Long.MIN_VALUE;

    private final long ttlNanos;
    private final ReservationTable reservations = new ReservationTable();
    private final ScopeStates states;

    /**
     * Makes an empty book.
     *
     * @param limits limits by scope id; the map is not changed afterwards
     * @param ttl how long after its grant a reservation may be written
     * @param unknownUntil instant up to which nothing is known of what was charged: every window starts full with it;
     *     {@link #ALL_KNOWN} when nothing was charged before
     * @param journal where every change is written first
     */
    public QuotaBook(Map<String, LimitSet> limits, Duration ttl, long unknownUntil, Journal journal) {
        this.ttlNanos = ttl.toNanos();
        this.states = new ScopeStates(limits, ttlNanos, unknownUntil, journal, reservations);
    }

    /**
     * Debits the first candidate whose scopes all have room, together with the key's scopes; or nothing.
     *
     * @param now the present instant
     * @param keyScopes what the request counts for on its key's side
     * @param candidates best first, at least one; their scopes differ from the key's
     * @param estimate what the request will take
     * @param replaces the same request's earlier reservation: expired unwritten, or settled with {@code keepKey}; 0 for
     *     none. It ends here, whatever the answer. When something of it was sent, the key has paid for this request.
     * @param verdict takes the decision
     * @return what the verdict makes of it
     */
    public <R> R reserve(
            long now,
            List<Scope> keyScopes,
            List<Candidate> candidates,
            Estimate estimate,
            long replaces,
            Verdict<R> verdict) {
        Reservation earlier = replaces == 0 ? null : reservations.find(replaces);
        boolean keyIsPaid = earlier != null && earlier.key().sent;
        if (earlier != null && earlier.phase() == Phase.OPEN) {
            giveBack(now, earlier.account());
        }
        if (earlier != null && !keyIsPaid) {
            giveBack(now, earlier.key());
        }
        if (keyIsPaid || fits(now, keyScopes, estimate)) {
            for (int i = 0; i < candidates.size(); i++) {
                List<Scope> scopes = candidates.get(i).scopes();
                if (fits(now, scopes, estimate)) {
                    Reservation reservation = reservations.open();
                    debit(now, reservation.account(), reservation.number(), scopes, estimate);
                    if (earlier != null && keyIsPaid) {
                        earlier.passKeyTo(reservation);
                    } else {
                        debit(now, reservation.key(), reservation.number(), keyScopes, estimate);
                    }
                    if (earlier != null) {
                        reservations.close(earlier);
                    }
                    return verdict.granted(reservation.number(), i, now + ttlNanos);
                }
            }
        }
        if (earlier != null && keyIsPaid) {
            settle(now, earlier.key(), earlier.key().chargedAt, Estimate.NONE);
        }
        if (earlier != null) {
            reservations.close(earlier);
        }
        return verdict.denied(new Refusals(now, estimate)
                .explain(
                        keyIsPaid ? List.of() : states.of(now, keyScopes),
                        candidates.size(),
                        i -> states.of(now, candidates.get(i).scopes())));
    }

    /**
     * Replaces a reservation's estimate by what was used. A failed attempt that was sent keeps its request: providers
     * count unsuccessful requests too.
     *
     * @param now the present instant
     * @param number the reservation
     * @param writtenAt instant at which the head was written; meaningless when not sent
     * @param sent whether it was; false gives all units back
     * @param actual what was used
     * @param keepKey whether the request goes on with another attempt: what the key paid stays, and its place; this
     *     reservation is then to be replaced, or settled again without it
     * @return tokens used beyond the estimate, or {@link #UNMATCHED}
     */
    public long settle(long now, long number, long writtenAt, boolean sent, Estimate actual, boolean keepKey) {
        Reservation reservation = reservations.find(number);
        if (reservation == null || (reservation.phase() == Phase.KEPT && keepKey)) {
            return UNMATCHED;
        }
        Debit account = reservation.account();
        Debit key = reservation.key();
        long beyond = 0;
        if (reservation.phase() == Phase.OPEN) {
            if (sent) {
                beyond = Math.max(0, actual.tokens() - account.estimate.tokens());
                settle(now, account, writtenAt, actual);
            } else {
                giveBack(now, account);
            }
        }
        if (sent && !key.sent) {
            redate(now, key, writtenAt);
        }
        if (keepKey) {
            reservation.keep();
            return beyond;
        }
        if (key.sent) {
            settle(now, key, key.chargedAt, sent ? actual : Estimate.NONE);
        } else {
            giveBack(now, key);
        }
        reservations.close(reservation);
        return beyond;
    }

    /**
     * Takes the limits of a new revision. Windows keep their charges, also those of limits that go and come back; a window
     * whose length changed takes over those of the longest one of its kind.
     *
     * @param now the present instant
     * @param newLimits limits by scope id; the map is not changed afterwards
     */
    public void reload(long now, Map<String, LimitSet> newLimits) {
        states.reload(now, newLimits);
    }

    /**
     * The limit of a dimension with the least room.
     *
     * @param keyScopes a key's scopes
     * @return null when the dimension is not limited
     */
    public @Nullable LimitState tightest(long now, List<Scope> keyScopes, Dimension dimension) {
        LimitState tightest = null;
        for (Scope scope : keyScopes) {
            ScopeState state = states.of(now, scope);
            if (state == null) {
                continue;
            }
            for (LimitState candidate : state.limits()) {
                if (candidate.limit().dimension() == dimension
                        && (tightest == null || candidate.free(now) < tightest.free(now))) {
                    tightest = candidate;
                }
            }
        }
        return tightest;
    }

    /**
     * How much room a candidate has.
     *
     * @param scopes a candidate's scopes
     * @return the scarcest limit's free share, 0 to 1000
     */
    public int freePermille(long now, List<Scope> scopes) {
        int least = 1000;
        for (int i = 0; i < scopes.size(); i++) {
            ScopeState state = states.known(scopes.get(i).id());
            least = state == null ? least : Math.min(least, state.freePermille(now));
        }
        return least;
    }

    /** Reservations that are open, or kept for their request's next attempt. */
    public int openReservations() {
        return reservations.size();
    }

    /** Scopes with a window in memory. */
    public int scopes() {
        return states.size();
    }

    /**
     * Looks at some scopes in turn and forgets those that hold nothing.
     *
     * @param atMost how many to look at
     */
    public void forgetIdle(long now, int atMost) {
        states.forgetIdle(now, atMost);
    }

    /**
     * Looks at some reservations in turn and ends those that nobody will settle any more: their places in flight are free
     * again, their units stay until they age out.
     *
     * @param grantedBefore instant before which one that is still needed cannot have been granted
     * @param atMost how many to look at
     * @return how many ended
     */
    public int releaseAbandoned(long grantedBefore, int atMost) {
        int ended = 0;
        for (int i = Math.min(atMost, reservations.places()); i > 0; i--) {
            Reservation reservation = reservations.inTurn();
            if (reservation.phase() != Phase.FREE && reservation.account().grantedAt < grantedBefore) {
                leave(reservation.account());
                leave(reservation.key());
                reservations.close(reservation);
                ended++;
            }
        }
        return ended;
    }

    /**
     * Repeats what a journal holds, before {@link #replayed}. Windows of limits that are not in force are rebuilt too: a
     * limit may come back.
     *
     * @param scope id of the scope
     * @param dimension what was counted
     * @param windowNanos length of the window
     * @param instant of the charge, nanoseconds
     * @param units negative for what was given back
     */
    public void replay(long now, String scope, Dimension dimension, long windowNanos, long instant, long units) {
        states.replay(now, scope, dimension, windowNanos, instant, units);
    }

    /** Everything was repeated: limits come into force over it, as by {@link #reload}. */
    public void replayed(long now) {
        states.enforce(now);
    }

    /** Shows everything that counts, so that a journal can begin anew. */
    public void writeTo(long now, Journal sink) {
        states.writeTo(now, sink);
    }

    private boolean fits(long now, List<Scope> scopes, Estimate estimate) {
        for (int i = 0; i < scopes.size(); i++) {
            ScopeState state = states.of(now, scopes.get(i));
            if (state != null && !state.fits(now, estimate)) {
                return false;
            }
        }
        return true;
    }

    private void debit(long now, Debit debit, long number, List<Scope> scopes, Estimate estimate) {
        debit.scopes.clear();
        debit.grantedAt = now;
        debit.chargedAt = now + ttlNanos;
        debit.chargedBy = number;
        debit.sent = false;
        Estimate charged = estimate;
        for (int i = 0; i < scopes.size(); i++) {
            ScopeState state = states.of(now, scopes.get(i));
            if (state == null) {
                continue;
            }
            debit.scopes.add(state);
            state.enter();
            for (LimitState limit : state.limits()) {
                charged = charged.within(limit.limit());
            }
        }
        // Remembered as charged: the amounts may be others by the time it is given back.
        debit.estimate = charged;
        for (int i = 0; i < debit.scopes.size(); i++) {
            for (LimitState limit : debit.scopes.get(i).charged()) {
                states.charge(
                        now, limit, debit.chargedAt, charged.units(limit.limit().dimension()));
            }
        }
    }

    private void giveBack(long now, Debit debit) {
        for (int i = 0; i < debit.scopes.size(); i++) {
            ScopeState state = debit.scopes.get(i);
            state.leave();
            for (LimitState limit : state.charged()) {
                if (limit.charged(debit.chargedBy)) {
                    states.charge(
                            now,
                            limit,
                            debit.chargedAt,
                            -debit.estimate.units(limit.limit().dimension()));
                }
            }
        }
        debit.scopes.clear();
    }

    /** Frees a debit's places in flight; its units stay. */
    private static void leave(Debit debit) {
        debit.scopes.forEach(ScopeState::leave);
        debit.scopes.clear();
    }

    /** Moves a debit to the instant of its write; its units stay. */
    private void redate(long now, Debit debit, long writtenAt) {
        long to = Math.clamp(writtenAt, debit.grantedAt, now);
        for (int i = 0; i < debit.scopes.size(); i++) {
            for (LimitState limit : debit.scopes.get(i).charged()) {
                if (limit.charged(debit.chargedBy)) {
                    long units = debit.estimate.units(limit.limit().dimension());
                    move(now, limit, debit.chargedAt, to, units, units);
                }
            }
        }
        debit.chargedAt = to;
        debit.sent = true;
    }

    private void settle(long now, Debit debit, long writtenAt, Estimate actual) {
        long to = Math.clamp(writtenAt, debit.grantedAt, now);
        for (int i = 0; i < debit.scopes.size(); i++) {
            ScopeState state = debit.scopes.get(i);
            state.leave();
            for (LimitState limit : state.charged()) {
                Dimension dimension = limit.limit().dimension();
                long charged = debit.estimate.units(dimension);
                long used = actual.units(dimension);
                if (used > charged) {
                    states.charge(now, limit, now, used - charged);
                }
                if (limit.charged(debit.chargedBy)) {
                    move(now, limit, debit.chargedAt, to, charged, Math.min(charged, used));
                }
            }
        }
        debit.scopes.clear();
    }

    /** Puts {@code after} units at one instant in place of {@code before} units at another. */
    private void move(long now, LimitState limit, long from, long to, long before, long after) {
        if (limit.window().sameBucket(from, to)) {
            states.charge(now, limit, from, after - before);
        } else {
            // In this order, so that a crash in between leaves too much charged, never too little.
            states.charge(now, limit, to, after);
            states.charge(now, limit, from, -before);
        }
    }
}
