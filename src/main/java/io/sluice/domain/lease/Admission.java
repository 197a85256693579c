package io.sluice.domain.lease;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in: at once when a lease has room for them, after a bounded wait when room is near, or not at all.
 *
 * <p>A request waits for one candidate at a time, the one that will have room first, and looks for a better one now and
 * then. Asking the group once is not waiting: a request that may not wait is held for the answer. Confined to its book's
 * thread; time is an argument, as in {@link LeaseBook}.
 */
public final class Admission {
    /** How long the group may take to answer somebody who may not wait. */
    private static final long ASKING = 1_000_000_000L;

    private static final int LOOK_AROUND = 16;
    private static final int ASKED_OFTEN = 8;
    private static final int OLDER = 2;

    private final LeaseBook book;
    private final WaitingQueue queue;
    private String closed = "";
    private boolean urgent;
    private long now;

    /**
     * Nobody waits yet.
     *
     * @param book what may be spent
     * @param mostRequests most requests that may wait
     * @param mostBytes most memory that they may hold
     */
    public Admission(LeaseBook book, int mostRequests, long mostBytes) {
        this.book = book;
        this.queue = new WaitingQueue(mostRequests, mostBytes);
    }

    /** Answers a request now, or later. */
    public void reserve(long instant, Requester request) {
        now = instant;
        Debit paid = book.end(request.replaces());
        if (now - request.deadline() > 0) {
            LeaseBook.refuse(paid);
            QuotaExceeded late =
                    new QuotaExceeded(Cause.POOL, "The gateway could not answer in time.", Duration.ofSeconds(1));
            request.denied(late, List.of(), 0);
            return;
        }
        long number = book.reserve(now, request, paid);
        if (number != 0) {
            request.granted(number, book.candidate(), book.expiresAt(), 0);
            return;
        }
        Waiting newcomer = queue.newcomer(now, request, paid);
        if (settled(newcomer, null)) {
            return;
        }
        if (!queue.hasRoomFor(newcomer)) {
            Waiting displaced = queue.displaced(newcomer);
            if (displaced != null) {
                deny(displaced, overloaded());
            }
            if (!queue.hasRoomFor(newcomer)) {
                deny(newcomer, overloaded());
                return;
            }
        }
        queue.add(newcomer);
    }

    private static GatewayFailure overloaded() {
        return new GatewayFailure.Overloaded("As many requests wait for room as this node can hold.");
    }

    /** A client left: its request does not wait any more. Nothing happens when it does not wait. */
    public void cancel(long instant, long ticket) {
        now = instant;
        Waiting waiting = queue.find(ticket);
        if (waiting != null) {
            deny(waiting, new GatewayFailure.ClientClosed());
        }
    }

    /** Refuses those whose time is over, and lets some others look for a better candidate. */
    public void tick(long instant) {
        now = instant;
        Waiting first = queue.mostUrgent();
        while (first != null && isOver(first)) {
            Prospect prospect = Prospect.of(now, book, first);
            QuotaExceeded never = Refusals.tooLarge(prospect);
            deny(first, never != null ? never : Refusals.full(now, prospect));
            first = queue.mostUrgent();
        }
        for (int i = Math.min(LOOK_AROUND, queue.size()); i > 0; i--) {
            Waiting next = queue.inTurn();
            if (next != null) {
                reconsider(next);
            }
        }
    }

    private boolean isOver(Waiting waiting) {
        long deadline = waiting.requester.deadline();
        return now - (waiting.asked == 0 ? Math.max(deadline, waiting.from + ASKING) : deadline) > 0;
    }

    /**
     * Whether leases can be had.
     *
     * @param reason why not, for clients, one sentence; empty when they can
     */
    public void grants(long instant, String reason) {
        now = instant;
        closed = reason;
        if (!reason.isEmpty()) {
            queue.all().forEach(waiting -> deny(waiting, new GatewayFailure.Unavailable(reason)));
        }
    }

    // --- renewals

    /** Whether somebody waits whom the group has not been asked for. */
    public boolean isUrgent() {
        return urgent;
    }

    /**
     * The next renewal.
     *
     * @see LeaseBook#renew
     */
    public Renewal renew(long instant, boolean last) {
        now = instant;
        urgent = false;
        if (last) {
            queue.all()
                    .forEach(waiting ->
                            deny(waiting, new GatewayFailure.Unavailable("The gateway is starting or stopping.")));
        }
        return book.renew(now, last);
    }

    /**
     * Takes an answer, and lets in whom it gives room.
     *
     * @param fresh incarnation to go on with if the group does not know this client any more, never 0
     */
    public void take(long instant, Answer answer, long fresh) {
        now = instant;
        if (answer.status() == Answer.Status.START_OVER) {
            queue.all().forEach(waiting -> {
                if (waiting.paid != null) {
                    waiting.paid.foreign();
                }
            });
        }
        if (!book.take(now, answer, fresh, this::serve)) {
            return;
        }
        if (book.isReplaced()) {
            grants(now, "Another node of the same name has taken over.");
        }
        urgent |= answer.status() == Answer.Status.START_OVER && queue.size() > 0;
    }

    private void serve(ScopeLease scope, Waiting[] told) {
        int served = 0;
        for (Waiting waiting : told) {
            waiting.asked++;
            served += waiting.over || !admitFirstOfKey(waiting) ? 0 : 1;
        }
        for (int i = 0; i < told.length; i++) {
            if (!told[i].over) {
                scope.saidOf(told[i].in(scope));
                break;
            }
        }
        Waiting[] next = told;
        while (served == next.length && next.length > 0 && !scope.waiting.isEmpty()) {
            next = book.statements().first(scope, now);
            served = 0;
            for (Waiting waiting : next) {
                served += !waiting.over && admitFirstOfKey(waiting) ? 1 : 0;
            }
        }
        for (Waiting waiting : told) {
            if (!waiting.over && (waiting.isLooking || waiting.asked % ASKED_OFTEN == 0)) {
                reconsider(waiting);
            }
        }
        if (!scope.waiting.isEmpty() && !scope.isFull(now) && told.length > 0 && told[0].over) {
            scope.ask();
            urgent = true;
        }
    }

    /** What one waits for may be given to an older request of the same key that can use it and was told elsewhere. */
    private boolean admitFirstOfKey(Waiting waiting) {
        Candidate target = waiting.requester.candidates().get(waiting.target);
        List<Waiting> members = waiting.line.members;
        for (int i = 0; i < OLDER && i < members.size() && members.get(i) != waiting; i++) {
            int candidate = members.get(i).requester.candidates().indexOf(target);
            if (candidate >= 0 && admit(members.get(i), candidate)) {
                return true;
            }
        }
        return admit(waiting, waiting.target);
    }

    private boolean admit(Waiting waiting, int candidate) {
        Requester request = waiting.requester;
        long number = book.reserve(now, request, waiting.paid, candidate);
        if (number == 0) {
            return false;
        }
        waiting.line.serve(now, waiting.sequence);
        queue.remove(waiting);
        request.granted(number, candidate, book.expiresAt(), now - waiting.from);
        return true;
    }

    /** Takes whatever candidate has room; else waits for the one that will have it first, or gives up. */
    private void reconsider(Waiting waiting) {
        List<Candidate> candidates = waiting.requester.candidates();
        for (int i = 0; i < candidates.size(); i++) {
            if (isNext(waiting, candidates.get(i).scopes()) && admit(waiting, i)) {
                return;
            }
        }
        settled(waiting, waiting);
    }

    /** Whether nobody else waits for these scopes, or all of them after it. */
    private boolean isNext(Waiting waiting, List<Scope> scopes) {
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = book.leases().known(scopes.get(i).id());
            if (lease != null && !lease.waiting.isEmpty() && lease.waiting.getFirst() != waiting) {
                return false;
            }
        }
        return true;
    }

    /**
     * Decides what becomes of somebody without room.
     *
     * @param known the same when it waits already
     * @return whether it was refused; otherwise it waits for a target
     */
    private boolean settled(Waiting waiting, @Nullable Waiting known) {
        if (!closed.isEmpty()) {
            deny(waiting, new GatewayFailure.Unavailable(closed));
            return true;
        }
        Prospect prospect = Prospect.of(now, book, waiting);
        QuotaExceeded never = Refusals.tooLarge(prospect);
        long readyAt = prospect.readyAt();
        // Who was told to wait waits: others may have come before it, and leave again.
        boolean isNew = known == null || !waiting.isAccepted;
        if (never != null || isNew && readyAt > now && readyAt - waiting.requester.deadline() > 0) {
            deny(waiting, never != null ? never : Refusals.full(now, prospect));
            return true;
        }
        if (known == null
                || prospect.target() != waiting.target
                || readyAt <= now
                || prospect.key().readyAt() > now) {
            aim(waiting, prospect);
        }
        return false;
    }

    /** Waits for the scopes that stand in the way; while some are known to be full, for these only. */
    private void aim(Waiting waiting, Prospect prospect) {
        WaitingQueue.leave(waiting);
        waiting.target = prospect.target();
        waiting.isLooking = prospect.readyAt() <= now;
        waiting.isAccepted |= !waiting.isLooking;
        waiting.units = prospect.candidate().units();
        Requester request = waiting.requester;
        List<Scope> target = request.candidates().get(waiting.target).scopes();
        List<Scope> key = waiting.paid != null ? List.of() : request.keyScopes();
        waiting.keyUnits = prospect.key().units();
        if (!join(waiting, key, target, true)) {
            // In one renewal for all of them, so that no part is lost while another one is asked for.
            join(waiting, key, target, false);
            waiting.scopes.forEach(ScopeLease::ask);
            urgent = true;
        }
    }

    private boolean join(Waiting waiting, List<Scope> key, List<Scope> target, boolean onlyFull) {
        waiting.ofKey = join(waiting, key, waiting.keyUnits, onlyFull);
        return waiting.ofKey + join(waiting, target, waiting.units, onlyFull) > 0;
    }

    private int join(Waiting waiting, List<Scope> scopes, Estimate units, boolean onlyFull) {
        int joined = 0;
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease lease = book.leases().of(scopes.get(i));
            if (lease != null && (!onlyFull || !lease.fits(now, units) && lease.isFullFor(now, units))) {
                WaitingQueue.join(waiting, lease);
                joined++;
            }
        }
        return joined;
    }

    private void deny(Waiting waiting, GatewayFailure failure) {
        Requester request = waiting.requester;
        List<String> obstacles = failure instanceof GatewayFailure.ClientClosed
                ? List.of()
                : Refusals.obstacles(now, book, request, waiting.paid != null);
        queue.remove(waiting);
        LeaseBook.refuse(waiting.paid);
        request.denied(failure, obstacles, now - waiting.from);
    }

    // --- what is known

    /** The next instant at which {@link #tick} or a renewal has something to do for those that wait; far away for nobody. */
    public long nextDue() {
        long due = Long.MAX_VALUE;
        Waiting first = queue.mostUrgent();
        if (first == null) {
            return due;
        }
        due = first.requester.deadline();
        List<ScopeLease> busy = book.leases().busy();
        for (int i = 0; i < busy.size(); i++) {
            if (!busy.get(i).waiting.isEmpty()) {
                due = Math.min(due, busy.get(i).askAgainAt());
            }
        }
        return due;
    }

    /** How many wait. */
    public int waiting() {
        return queue.size();
    }

    /** Memory that they hold. */
    public long waitingBytes() {
        return queue.bytes();
    }

    /** The leases. */
    public LeaseBook book() {
        return book;
    }
}
