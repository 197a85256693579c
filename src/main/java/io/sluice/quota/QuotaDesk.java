package io.sluice.quota;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.QuotaBook;
import io.sluice.message.Headroom;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleQuota;
import io.sluice.metrics.GatewayMetrics;
import java.time.Duration;
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
    private @Nullable Headroom reported;

    /**
     * Opens for business.
     *
     * @param kept the book and its log; closed by its owner
     * @param scopes those of the revision to begin with
     * @param metrics what is counted
     * @param clock monotonic nanoseconds
     */
    QuotaDesk(KeptBook kept, RevisionScopes scopes, GatewayMetrics metrics, LongSupplier clock) {
        this.kept = kept;
        this.book = kept.book();
        this.scopes = scopes;
        this.longestAttemptNanos = scopes.longestAttempt().toNanos();
        this.metrics = metrics;
        this.clock = clock;
    }

    QuotaDecision reserve(ReserveQuota request) {
        long now = clock.getAsLong();
        if (now - request.deadlineNanos() > 0) {
            return late(request, now);
        }
        QuotaDecision decision = book.reserve(
                now,
                request.keyScopes(),
                request.candidates(),
                request.estimate(),
                request.replaces(),
                new Decision(book, request.keyScopes(), now));
        if (decision instanceof QuotaDecision.Denied denied && denied.failure() instanceof QuotaExceeded exceeded) {
            metrics.quota().denied(exceeded);
        }
        return decision;
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
