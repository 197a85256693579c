package io.sluice.quota;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.lease.KnownRoom;
import io.sluice.domain.lease.LeaseBook;
import io.sluice.domain.lease.Requester;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Scope;
import io.sluice.message.KeyLimits;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A question for room and the promise of its answer, with the key's numbers after it. */
final class Question implements Requester {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ReserveQuota asked;
    private final LeaseBook book;
    private final LongSupplier clock;
    private final Refused refused;
    private final Promise<QuotaDecision> answer = Promise.promise();

    /** Hears of refusals. */
    interface Refused {
        /**
         * A request got no room.
         *
         * @param request which
         * @param failure what its client is told
         * @param obstacles what stood in the way, for operators
         * @param queuedNanos how long it waited
         */
        void refused(ReserveQuota request, GatewayFailure failure, List<String> obstacles, long queuedNanos);
    }

    Question(ReserveQuota asked, LeaseBook book, LongSupplier clock, Refused refused) {
        this.asked = asked;
        this.book = book;
        this.clock = clock;
        this.refused = refused;
    }

    Future<QuotaDecision> answer() {
        return answer.future();
    }

    @Override
    public List<Scope> keyScopes() {
        return asked.keyScopes();
    }

    @Override
    public List<Candidate> candidates() {
        return asked.candidates();
    }

    @Override
    public Estimate estimate() {
        return asked.estimate();
    }

    @Override
    public long replaces() {
        return asked.replaces();
    }

    @Override
    public long deadline() {
        return asked.deadlineNanos();
    }

    @Override
    public long ticket() {
        return asked.waiter().ticket();
    }

    @Override
    public String key() {
        return asked.waiter().key();
    }

    @Override
    public int priority() {
        return asked.waiter().priority();
    }

    @Override
    public long since() {
        return asked.waiter().sinceNanos();
    }

    @Override
    public int bytes() {
        return asked.waiter().bytes();
    }

    @Override
    public void granted(long reservation, int candidate, long expiresAt, long queuedNanos) {
        answer.complete(new QuotaDecision.Granted(reservation, candidate, expiresAt, keyLimits(), queuedNanos));
    }

    @Override
    public void denied(GatewayFailure failure, List<String> obstacles, long queuedNanos) {
        refused.refused(asked, failure, obstacles, queuedNanos);
        answer.complete(new QuotaDecision.Denied(failure, keyLimits(), queuedNanos));
    }

    private @Nullable KeyLimits keyLimits() {
        List<Scope> scopes = asked.keyScopes();
        if (scopes.isEmpty()) {
            return null;
        }
        long now = clock.getAsLong();
        KnownRoom requests = book.tightest(now, scopes, Dimension.REQUESTS);
        KnownRoom tokens = book.tightest(now, scopes, Dimension.TOKENS);
        return requests == null && tokens == null
                ? null
                : new KeyLimits(
                        requests == null ? 0 : requests.amount(),
                        requests == null ? 0 : requests.left(),
                        requests == null ? 0 : millis(requests),
                        tokens == null ? 0 : tokens.amount(),
                        tokens == null ? 0 : tokens.left(),
                        tokens == null ? 0 : millis(tokens));
    }

    private static long millis(KnownRoom room) {
        return Math.ceilDiv(room.resetNanos(), NANOS_PER_MILLI);
    }
}
