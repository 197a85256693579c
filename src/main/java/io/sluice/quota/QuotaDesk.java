package io.sluice.quota;

import io.sluice.config.QueueConfig;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.QuotaBook;
import io.sluice.message.CancelReserve;
import io.sluice.message.Headroom;
import io.sluice.message.QuotaDecision;
import io.sluice.message.RequestRefused;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleQuota;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.quota.WaitingRoom.Waiting;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns messages into entries of the book, and the book into answers. Used on the quota verticle's event loop. */
final class QuotaDesk {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaDesk.class);
    private static final int LOOKED_AT_PER_TICK = 1000;

    private final KeptBook kept;
    private final QuotaBook book;
    private final GatewayMetrics metrics;
    private final LongSupplier clock;
    private RevisionScopes scopes;
    private long longestAttemptNanos;
    private final WaitingRoom room;
    private final Consumer<RequestRefused> refusals;
    private @Nullable Headroom reported;

    /**
     * Opens for business.
     *
     * @param kept the book and its log; closed by its owner
     * @param scopes those of the revision to begin with
     * @param queue how much may wait
     * @param metrics what is counted
     * @param clock monotonic nanoseconds
     * @param refusals hears of every refusal, for operators
     */
    QuotaDesk(
            KeptBook kept,
            RevisionScopes scopes,
            QueueConfig queue,
            GatewayMetrics metrics,
            LongSupplier clock,
            Consumer<RequestRefused> refusals) {
        this.kept = kept;
        this.book = kept.book();
        this.scopes = scopes;
        this.longestAttemptNanos = scopes.longestAttempt().toNanos();
        this.metrics = metrics;
        this.clock = clock;
        this.refusals = refusals;
        this.room = new WaitingRoom(queue);
    }

    /**
     * Decides, or lets the request wait while room may come before its deadline. What is asked for anew, because an attempt
     * was over, does not wait: its place at the key is part of the reservation that it replaces.
     */
    Future<QuotaDecision> reserve(ReserveQuota request) {
        long now = clock.getAsLong();
        if (now - request.deadlineNanos() > 0) {
            return Future.succeededFuture(late(request, now));
        }
        boolean queue = room.size() > 0 && request.replaces() == 0;
        QuotaDecision decision = queue ? null : decide(request, now, 0);
        if (decision != null && !mayWait(request, decision, now)) {
            count(request, decision);
            return Future.succeededFuture(decision);
        }
        Waiting waiting = room.enter(request, now);
        if (waiting == null) {
            QuotaDecision full = decision != null ? decision : decide(request, now, 0);
            count(request, full);
            return Future.succeededFuture(full);
        }
        if (queue) {
            serveWaiting();
        }
        return waiting.answer.future();
    }

    private QuotaDecision decide(ReserveQuota request, long now, long queuedNanos) {
        return book.reserve(
                now,
                request.keyScopes(),
                request.candidates(),
                request.estimate(),
                request.replaces(),
                new Decision(book, request.keyScopes(), now, queuedNanos));
    }

    private static boolean mayWait(ReserveQuota request, QuotaDecision decision, long now) {
        return request.replaces() == 0
                && decision instanceof QuotaDecision.Denied denied
                && denied.failure() instanceof QuotaExceeded exceeded
                && exceeded.cause() != Cause.REQUEST_TOO_LARGE
                && now + exceeded.retryAfter().toNanos() - request.deadlineNanos() < 0;
    }

    private void count(ReserveQuota request, QuotaDecision decision) {
        if (decision instanceof QuotaDecision.Denied denied) {
            metrics.quota().denied(denied.failure());
            String message = denied.failure().message();
            refusals.accept(new RequestRefused(
                    request.waiter().requestId(),
                    request.waiter().key(),
                    request.candidates().getFirst().model(),
                    InstantSource.system().millis(),
                    denied.queuedNanos(),
                    message,
                    List.of(message)));
        }
    }

    /** Lets those that wait try again; who is over its deadline, or will be before there is room, is refused. */
    void serveWaiting() {
        long now = clock.getAsLong();
        room.serve(now, one -> serve(one, now));
    }

    private boolean serve(Waiting one, long now) {
        QuotaDecision decision = decide(one.request, now, now - one.sinceNanos);
        if (mayWait(one.request, decision, now)) {
            return false;
        }
        count(one.request, decision);
        one.answer.complete(decision);
        return true;
    }

    /** Its client has left. */
    void cancel(CancelReserve cancelled) {
        Waiting gone = room.leave(cancelled.ticket());
        if (gone != null) {
            gone.answer.complete(new QuotaDecision.Denied(
                    new GatewayFailure.ClientClosed(), null, clock.getAsLong() - gone.sinceNanos));
        }
    }

    /** Nobody hears this answer, so nothing may be granted; what the request replaces ends all the same. */
    private QuotaDecision late(ReserveQuota request, long now) {
        book.settle(now, request.replaces(), now, false, Estimate.NONE, false);
        return new QuotaDecision.Denied(
                new QuotaExceeded(Cause.POOL, "The gateway could not answer in time.", Duration.ofSeconds(1)), null, 0);
    }

    void settle(SettleQuota settlement) {
        long beyond = book.settle(
                clock.getAsLong(),
                settlement.reservation(),
                settlement.writtenAtNanos(),
                settlement.sent(),
                settlement.actual(),
                settlement.keepKey());
        if (beyond == QuotaBook.UNMATCHED) {
            metrics.quota().unmatched();
        } else if (beyond > 0) {
            metrics.quota().overrun(beyond);
        }
    }

    void reload(GatewayRevision revision) {
        if (revision != scopes.revision()) {
            scopes = new RevisionScopes(revision);
            // Attempts of earlier revisions go on with their own timeouts.
            longestAttemptNanos =
                    Math.max(longestAttemptNanos, scopes.longestAttempt().toNanos());
            book.reload(clock.getAsLong(), scopes.limits());
        }
    }

    /**
     * Forgets what is over, and looks where room is.
     *
     * @return headroom, when it has changed since the last look; else null
     */
    @Nullable
    Headroom tick() {
        long now = clock.getAsLong();
        book.forgetIdle(now, LOOKED_AT_PER_TICK);
        int abandoned = book.releaseAbandoned(now - 2 * longestAttemptNanos, LOOKED_AT_PER_TICK);
        if (abandoned > 0) {
            LOG.error("{} reservations were never settled", abandoned);
        }
        metrics.quota().waiting(room.size(), room.bytes());
        metrics.quota().state(book.openReservations(), book.scopes());
        metrics.quota().logKept(kept.log().isKeeping());
        Headroom headroom = new Headroom(scopes.revision().id(), scopes.permille(book, now));
        if (headroom.equals(reported)) {
            return null;
        }
        reported = headroom;
        return headroom;
    }
}
