package io.sluice.domain.lease;

import io.sluice.domain.lease.Reservation.Phase;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node may spend, and what it did spend: reservations against leases held from the quota group.
 *
 * <p>A reservation takes units out of leases and expires with the first of them; what nobody granted cannot be spent. What
 * was spent is told by the next renewal. A reservation that is past its expiry and not settled is in doubt and told as
 * written; its settlement corrects that.
 *
 * <p>Limits are those of the revision last given to {@link #reload}; the limits that a scope carries in a request count
 * only for scopes that this revision does not know, such as those of a request that began before it.
 *
 * <p>Single writer: confined to one thread. Time is an argument, nanoseconds of a monotonic source, and never goes back.
 */
public final class LeaseBook {
    /** What {@link #settle} answers for a number that is not open: settled before, or never given. */
    public static final long UNMATCHED = -1;

    private final ReservationTable reservations = new ReservationTable();
    private final NumberQueue unsettled = new NumberQueue();
    private final Leases leases;
    private final Statements statements;
    private int candidate;
    private long expiresAt;

    /**
     * Holds nothing yet.
     *
     * @param node name of the node
     * @param incarnation of its first client, never 0
     * @param revision id of the revision to begin with
     * @param limits its limits by scope id; the map is not changed afterwards
     */
    public LeaseBook(String node, long incarnation, String revision, Map<String, LimitSet> limits) {
        this.leases = new Leases(limits);
        this.statements = new Statements(node, incarnation, revision, leases);
    }

    // --- reservations

    /**
     * Debits the first candidate whose scopes all have room, together with the key's scopes; or nothing. Nobody is passed who
     * waits for the same scopes.
     *
     * @param request what is asked for
     * @param paid what the key paid at an earlier attempt; null when it pays now
     * @return number of the reservation, 0 when there is no room; {@link #candidate} and {@link #expiresAt} tell more of it
     */
    long reserve(long now, Requester request, @Nullable Debit paid) {
        if (paid == null && !isOpen(now, request.keyScopes(), request.estimate())) {
            return 0;
        }
        List<Candidate> candidates = request.candidates();
        for (int i = 0; i < candidates.size(); i++) {
            if (isOpen(now, candidates.get(i).scopes(), request.estimate())) {
                return debit(now, request, i, paid);
            }
        }
        return 0;
    }

    /** Debits one candidate for somebody who waits, if there is room. */
    long reserve(long now, Requester request, @Nullable Debit paid, int index) {
        boolean fits = (paid != null || fits(now, request.keyScopes(), request.estimate()))
                && fits(now, request.candidates().get(index).scopes(), request.estimate());
        return fits ? debit(now, request, index, paid) : 0;
    }

    private long debit(long now, Requester request, int index, @Nullable Debit paid) {
        Reservation reservation = reservations.open();
        long expiry = now + ScopeLease.LONGEST_TTL;
        Debit account = reservation.account();
        expiry = Math.min(
                expiry, collect(now, account, request.candidates().get(index).scopes()));
        if (paid == null) {
            expiry = Math.min(expiry, collect(now, reservation.key(), request.keyScopes()));
            reservation.key().take(now, expiry, charged(reservation.key(), request.estimate()));
        } else {
            reservation.attachKey(paid);
        }
        account.take(now, expiry, charged(account, request.estimate()));
        unsettled.add(reservation.number());
        candidate = index;
        expiresAt = expiry;
        return reservation.number();
    }

    /** Index of the candidate that the last reservation debited. */
    int candidate() {
        return candidate;
    }

    /** Instant from which the last reservation may no longer be written. */
    long expiresAt() {
        return expiresAt;
    }

    private long collect(long now, Debit debit, List<Scope> scopes) {
        long expiry = Long.MAX_VALUE;
        debit.scopes.clear();
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = leases.of(scopes.get(i));
            if (lease != null) {
                debit.scopes.add(lease);
                expiry = Math.min(expiry, lease.expiry(now));
            }
        }
        return expiry;
    }

    private static Estimate charged(Debit debit, Estimate estimate) {
        Estimate charged = estimate;
        for (int i = 0; i < debit.scopes.size(); i++) {
            charged = debit.scopes.get(i).within(charged);
        }
        return charged;
    }

    /** The part of an estimate that is asked of all these scopes together. */
    Estimate charged(List<Scope> scopes, Estimate estimate) {
        Estimate charged = estimate;
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = leases.of(scopes.get(i));
            charged = lease == null ? charged : lease.within(charged);
        }
        return charged;
    }

    private boolean isOpen(long now, List<Scope> scopes, Estimate estimate) {
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = leases.of(scopes.get(i));
            if (lease != null && !lease.waiting.isEmpty()) {
                return false;
            }
        }
        return fits(now, scopes, estimate);
    }

    private boolean fits(long now, List<Scope> scopes, Estimate estimate) {
        Estimate charged = charged(scopes, estimate);
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = leases.of(scopes.get(i));
            if (lease != null && !lease.fits(now, charged)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Ends an earlier reservation of a request that asks again: expired unwritten, or settled with {@code keepKey}.
     *
     * @return what its key has paid for this request, since something of it was sent; null when it has not
     */
    @Nullable
    Debit end(long number) {
        Reservation earlier = number == 0 ? null : reservations.find(number);
        if (earlier == null) {
            return null;
        }
        if (earlier.phase() == Phase.RESTING) {
            wakeUp(earlier);
            return null;
        }
        if (earlier.phase() == Phase.OPEN) {
            earlier.account().giveBack();
        }
        Debit paid = null;
        if (earlier.key().sent) {
            paid = earlier.detachKey();
        } else {
            earlier.key().giveBack();
        }
        reservations.close(earlier);
        return paid;
    }

    private void wakeUp(Reservation resting) {
        resting.account().leave();
        resting.key().leave();
        reservations.close(resting);
    }

    /** The request that a key paid for gets no other attempt: its request counts, its tokens do not. */
    static void refuse(@Nullable Debit paid) {
        if (paid != null) {
            paid.settle(Estimate.NONE);
        }
    }

    /**
     * Replaces a reservation's estimate by what was used. A failed attempt that was sent keeps its request: providers
     * count unsuccessful requests too.
     *
     * @param number the reservation
     * @param sent whether it was written; false gives all units back
     * @param actual what was used
     * @param keepKey whether the request goes on with another attempt: what the key paid stays, and its place; this
     *     reservation is then to be replaced, or settled again without it
     * @return tokens used beyond the estimate, or {@link #UNMATCHED}
     */
    public long settle(long number, boolean sent, Estimate actual, boolean keepKey) {
        Reservation reservation = reservations.find(number);
        if (reservation == null || (reservation.phase() == Phase.KEPT && keepKey)) {
            return UNMATCHED;
        }
        if (reservation.phase() == Phase.RESTING) {
            wakeUp(reservation);
            return 0;
        }
        Debit account = reservation.account();
        Debit key = reservation.key();
        long beyond = 0;
        if (reservation.phase() == Phase.OPEN) {
            if (sent) {
                beyond = Math.max(0, actual.tokens() - account.tokens);
                account.settle(actual);
            } else {
                account.giveBack();
            }
        }
        if (sent && keepKey && !key.sent) {
            key.written();
            tell(key);
            key.sent = true;
        }
        if (keepKey) {
            reservation.keep();
            return beyond;
        }
        if (sent || key.sent) {
            key.settle(sent ? actual : Estimate.NONE);
        } else {
            key.giveBack();
        }
        reservations.close(reservation);
        return beyond;
    }

    /**
     * Settles a reservation's units and keeps its places in flight, for a session goes on between two responses. It is
     * replaced by the next response's reservation, or settled at the session's end. Of one that rests already only its age
     * is forgotten.
     *
     * @param number the reservation
     * @param sent whether anything was sent that counts; false gives all units back
     * @param actual what was used
     * @return tokens used beyond the estimate, or {@link #UNMATCHED}
     */
    public long rest(long now, long number, boolean sent, Estimate actual) {
        Reservation reservation = reservations.find(number);
        if (reservation == null || reservation.phase() == Phase.KEPT) {
            return UNMATCHED;
        }
        Debit account = reservation.account();
        account.grantedAt = now;
        if (reservation.phase() == Phase.RESTING) {
            return 0;
        }
        long beyond = sent ? Math.max(0, actual.tokens() - account.tokens) : 0;
        account.rest(sent, actual);
        reservation.key().rest(sent, actual);
        reservation.rest();
        return beyond;
    }

    /**
     * Something was used that nobody was asked for, and cannot be taken back: charged at once, whatever room there is.
     *
     * @param scopes whose limits it counts against
     * @param actual what was used, one request
     */
    public void charge(List<Scope> scopes, Estimate actual) {
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = leases.of(scopes.get(i));
            if (lease != null) {
                for (Dimension dimension : ScopeLease.DIMENSIONS) {
                    lease.overrun(dimension.ordinal(), actual.units(dimension));
                }
            }
        }
    }

    /**
     * A request was written, but arrived later than the turn that wrote it: its units are charged again.
     *
     * @return false when the reservation is not open any more
     */
    public boolean writtenLate(long number) {
        Reservation reservation = reservations.find(number);
        if (reservation == null || reservation.phase() != Phase.OPEN) {
            return false;
        }
        reservation.account().writtenLate();
        tell(reservation.account());
        return true;
    }

    private void tell(Debit debit) {
        if (debit.state == Debit.State.WRITTEN) {
            statements.tells(debit);
        }
    }

    /** Reservations that are open, or kept for their request's next attempt. */
    public int openReservations() {
        return reservations.size();
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
                abandon(reservation.account());
                abandon(reservation.key());
                reservations.close(reservation);
                ended++;
            }
        }
        return ended;
    }

    private static void abandon(Debit debit) {
        debit.written();
        debit.leave();
    }

    // --- the group

    /** Whether a renewal waits for its answer. */
    public boolean isInFlight() {
        return statements.inFlight();
    }

    /** When the last renewal was made. */
    public long renewedAt() {
        return statements.sentAt();
    }

    /** Whether another run of a node of this name took over: nothing is granted any more. */
    public boolean isReplaced() {
        return statements.isReplaced();
    }

    /** Whether a scope has something to say at the next regular renewal. */
    public boolean hasNews(long now) {
        return statements.anythingDue(now) || isInDoubt(now);
    }

    private boolean isInDoubt(long now) {
        Reservation oldest = oldestUnsettled();
        return oldest != null && oldest.account().expiresAt <= now;
    }

    /**
     * The next renewal, to be sent until it is answered; none may be in flight.
     *
     * @param now instant before it is sent the first time: what it gets may be spent for a time from now
     * @param last whether the node leaves
     */
    public Renewal renew(long now, boolean last) {
        if (statements.inFlight()) {
            throw new IllegalStateException("a renewal is in flight");
        }
        Reservation oldest = oldestUnsettled();
        while (oldest != null && oldest.account().expiresAt <= now) {
            tellInDoubt(oldest.account());
            tellInDoubt(oldest.key());
            unsettled.remove();
            oldest = oldestUnsettled();
        }
        Renewal renewal = statements.next(now, last);
        leases.dropIdle();
        return renewal;
    }

    private void tellInDoubt(Debit debit) {
        if (debit.state == Debit.State.HELD) {
            debit.written();
            statements.tells(debit);
        }
    }

    /** The oldest reservation whose lease may run out unsettled; null when there is none. */
    private @Nullable Reservation oldestUnsettled() {
        while (!unsettled.isEmpty()) {
            Reservation oldest = reservations.find(unsettled.first());
            if (oldest != null
                    && (oldest.account().state == Debit.State.HELD || oldest.key().state == Debit.State.HELD)) {
                return oldest;
            }
            unsettled.remove();
        }
        return null;
    }

    /**
     * Takes an answer; ones that are not for the renewal in flight change nothing.
     *
     * @param fresh incarnation to go on with if the group does not know this client any more, never 0
     * @return whether it was for the renewal in flight
     */
    boolean take(long now, Answer answer, long fresh, Statements.Served served) {
        if (answer.status() == Answer.Status.START_OVER && statements.isFor(answer)) {
            reservations.forEach(reservation -> {
                reservation.account().foreign();
                reservation.key().foreign();
            });
        }
        return statements.take(now, answer, fresh, served);
    }

    /** What nobody asked the queue about: for a node without one. */
    public boolean take(long now, Answer answer, long fresh) {
        return take(now, answer, fresh, (scope, first) -> {});
    }

    /**
     * Time passed that the monotonic clock does not know of: no lease may be spent any more. What is reserved may still be
     * written until its expiry by that clock, and so stays held until then.
     */
    public void voidLeases() {
        leases.voidAll();
        statements.voidFlight();
    }

    /**
     * What a provider said of a candidate's limits: told of the scopes that have such limits.
     *
     * @param scopes the candidate's
     */
    public void observe(List<Scope> scopes, Observation said) {
        long[] limits = said.limits().toArray();
        boolean first = true;
        for (int i = scopes.size() - 1; i >= 0; i--) {
            ScopeLease lease = leases.of(scopes.get(i));
            if (lease == null) {
                continue;
            }
            // The narrowest scope with a limit of a kind is what the provider means.
            long[] here = new long[limits.length];
            boolean any = first && said.fullForNanos() > 0;
            for (int d = 0; d < limits.length; d++) {
                if (limits[d] > 0 && lease.amount(d) > 0) {
                    here[d] = limits[d];
                    limits[d] = 0;
                    any = true;
                }
            }
            if (any) {
                lease.observe(new Observation(first ? said.fullForNanos() : 0, Units.of(here), said.remaining()));
            }
            first = false;
        }
    }

    /**
     * Takes the limits of a new revision. Leases go on; the group is told by the next renewal.
     *
     * @param revision its id
     * @param limits limits by scope id; the map is not changed afterwards
     */
    public void reload(String revision, Map<String, LimitSet> limits) {
        statements.reload(revision);
        leases.reload(limits);
    }

    /**
     * Takes new limits of scopes that are in no revision: a lease goes on under them. The revision's own are left alone, and
     * what no request has named yet is learned from the first that does.
     *
     * @param scopes each with its limits as they are now
     */
    public void limit(List<Scope> scopes) {
        scopes.forEach(leases::limit);
    }

    // --- what is known

    /**
     * The scope with the least room of a dimension.
     *
     * @param scopes a key's scopes
     * @return null when the dimension is not limited
     */
    public @Nullable KnownRoom tightest(long now, List<Scope> scopes, Dimension dimension) {
        int d = dimension.ordinal();
        KnownRoom tightest = null;
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = leases.of(scopes.get(i));
            if (lease == null || lease.amount(d) == 0) {
                continue;
            }
            long left = lease.left(now, d);
            if (tightest == null || left < tightest.left()) {
                tightest = KnownRoom.of(lease, dimension, left);
            }
        }
        return tightest;
    }

    /**
     * How much room a candidate has, as far as this node knows.
     *
     * @param scopes a candidate's scopes
     * @return the scarcest limit's free share, 0 to 1000
     */
    public int freePermille(long now, List<Scope> scopes) {
        int least = 1000;
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = leases.known(scopes.get(i).id());
            least = lease == null ? least : Math.min(least, lease.freePermille(now));
        }
        return least;
    }

    /** Scopes that hold something, have something to tell, or are waited for. */
    public int busyScopes() {
        return leases.busy().size();
    }

    Leases leases() {
        return leases;
    }

    Statements statements() {
        return statements;
    }
}
