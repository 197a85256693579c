package io.sluice.quota;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.ClientClosed;
import io.sluice.domain.lease.Admission;
import io.sluice.domain.lease.LeaseBook;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.CancelReserve;
import io.sluice.message.ChargeQuota;
import io.sluice.message.Headroom;
import io.sluice.message.ProviderLimits;
import io.sluice.message.QuotaDecision;
import io.sluice.message.RequestRefused;
import io.sluice.message.ReserveQuota;
import io.sluice.message.RestPlaces;
import io.sluice.message.SettleQuota;
import io.sluice.message.WrittenLate;
import io.sluice.metrics.QuotaMetrics;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns messages into entries of the book, and the book into answers. Used on the quota verticle's event loop. */
final class QuotaDesk {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaDesk.class);
    private static final int LOOKED_AT_PER_TICK = 1000;

    private final Admission admission;
    private final LeaseBook book;
    private final Bus bus;
    private final QuotaMetrics metrics;
    private final LongSupplier clock;
    private final InstantSource wallClock;
    private RevisionScopes scopes;
    private long longestAttemptNanos;
    private @Nullable Headroom reported;

    /**
     * Opens for business.
     *
     * @param admission lets requests in
     * @param scopes those of the revision to begin with
     * @param bus where refusals and headroom are told
     * @param metrics what is counted
     * @param clock monotonic nanoseconds
     * @param wallClock for what operators read
     */
    QuotaDesk(
            Admission admission,
            RevisionScopes scopes,
            Bus bus,
            QuotaMetrics metrics,
            LongSupplier clock,
            InstantSource wallClock) {
        this.admission = admission;
        this.book = admission.book();
        this.scopes = scopes;
        this.longestAttemptNanos = scopes.longestAttempt().toNanos();
        this.bus = bus;
        this.metrics = metrics;
        this.clock = clock;
        this.wallClock = wallClock;
    }

    Future<QuotaDecision> reserve(ReserveQuota request) {
        Question question = new Question(request, book, clock, this::refused);
        admission.reserve(clock.getAsLong(), question);
        return question.answer();
    }

    private void refused(ReserveQuota request, GatewayFailure failure, List<String> obstacles, long queuedNanos) {
        if (failure instanceof ClientClosed) {
            return;
        }
        metrics.denied(failure);
        bus.publish(
                Address.REQUEST_REFUSED,
                new RequestRefused(
                        request.waiter().requestId(),
                        request.waiter().key(),
                        request.candidates().getFirst().model(),
                        wallClock.millis(),
                        queuedNanos,
                        failure.message(),
                        obstacles));
    }

    void cancel(CancelReserve cancel) {
        admission.cancel(clock.getAsLong(), cancel.ticket());
    }

    void settle(SettleQuota settlement) {
        count(book.settle(settlement.reservation(), settlement.sent(), settlement.actual(), settlement.keepKey()));
    }

    private void count(long beyond) {
        if (beyond == LeaseBook.UNMATCHED) {
            metrics.unmatched();
        } else if (beyond > 0) {
            metrics.overrun(beyond);
        }
    }

    void rest(RestPlaces rest) {
        count(book.rest(clock.getAsLong(), rest.reservation(), rest.sent(), rest.actual()));
    }

    void charge(ChargeQuota charge) {
        book.charge(charge.keyScopes(), charge.actual());
        book.charge(charge.candidate().scopes(), charge.actual());
        metrics.overrun(charge.actual().tokens());
    }

    void writtenLate(WrittenLate late) {
        if (book.writtenLate(late.reservation())) {
            metrics.writtenLate();
        }
    }

    void observe(ProviderLimits said) {
        book.observe(said.candidate().scopes(), said.observation());
    }

    void reload(GatewayRevision revision) {
        if (revision != scopes.revision()) {
            scopes = new RevisionScopes(revision);
            // Attempts of earlier revisions go on with their own timeouts.
            longestAttemptNanos =
                    Math.max(longestAttemptNanos, scopes.longestAttempt().toNanos());
            book.reload(revision.id(), scopes.limits());
        }
    }

    /** Ends what nobody will end any more, and tells how things stand. */
    void report() {
        long now = clock.getAsLong();
        int abandoned = book.releaseAbandoned(now - 2 * longestAttemptNanos, LOOKED_AT_PER_TICK);
        if (abandoned > 0) {
            LOG.error("{} reservations were never settled", abandoned);
        }
        metrics.state(book.openReservations(), book.busyScopes());
        metrics.waiting(admission.waiting(), admission.waitingBytes());
        Headroom headroom = new Headroom(scopes.revision().id(), scopes.permille(book, now));
        if (!headroom.equals(reported)) {
            reported = headroom;
            bus.publish(Address.QUOTA_HEADROOM, headroom);
        }
    }
}
