package io.sluice.ingress;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.WorstPrice;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Scope;
import io.sluice.message.Address;
import io.sluice.message.CancelReserve;
import io.sluice.message.ParkedConnection;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleQuota;
import io.sluice.message.Waiter;
import io.sluice.trace.RequestTrace;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request's questions for room, and its wait. The request keeps its ticket over all its attempts, and the time it may
 * wait is for all of them together. Used on the lane's event loop.
 */
final class Reserving {
    /**
     * What the answer may take however short the wait: to be told that there is room a node may have to ask the quota
     * group first, and a request that must not wait is not refused for that.
     */
    private static final long ASKING_NANOS = Duration.ofMillis(250).toNanos();

    /** Beyond the deadline, which quota keeps; running into it is a defect. */
    private static final Duration REPLY_MARGIN = Duration.ofSeconds(2);

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ExchangeServices services;
    private final List<Scope> keyScopes;
    private final @Nullable Allowance allowance;
    private final Waiter waiter;
    private final long maxWaitNanos;
    private final long lastAttemptNanos;
    private @Nullable ParkedConnection parked;
    private @Nullable Candidate parkedAt;
    private boolean asking;
    private final @Nullable RequestTrace trace;
    private long askedNanos;
    private long queuedNanos;

    /**
     * Nothing was asked yet.
     *
     * @param services what the lane's exchanges share
     * @param incoming the request
     * @param keyScopes what its key is charged to
     * @param allowance what it may cost; null when that is not limited
     * @param bytes memory that the request holds while it waits
     * @param maxWait how long it may wait for room in all
     * @param deadline no attempt begins later than this after it was read
     * @param readNanos when it was read, monotonic
     */
    Reserving(
            ExchangeServices services,
            Incoming incoming,
            List<Scope> keyScopes,
            @Nullable Allowance allowance,
            int bytes,
            Duration maxWait,
            Duration deadline,
            long readNanos) {
        this.services = services;
        this.keyScopes = keyScopes;
        this.allowance = allowance;
        this.trace = incoming.trace();
        this.maxWaitNanos = maxWait.toNanos();
        this.lastAttemptNanos = readNanos + deadline.toNanos();
        this.waiter = new Waiter(
                services.tickets().next(),
                incoming.id(),
                incoming.key().name(),
                incoming.key().priority(),
                readNanos,
                bytes);
    }

    /**
     * Questions for room beside another attempt's, whose reservation pays for the key; nothing waits.
     *
     * @param services what the lane's exchanges share
     * @param incoming the request
     * @param now monotonic nanoseconds
     */
    static Reserving beside(ExchangeServices services, Incoming incoming, long now) {
        return new Reserving(services, incoming, List.of(), null, 0, Duration.ZERO, Duration.ZERO, now);
    }

    /**
     * Asks for money where the key has a budget, then for room, and waits for it.
     *
     * @param candidates best first
     * @param estimate tokens
     * @param replaces the request's reservation that ends with this question; 0 for none
     * @param connection one to the best candidate, that came too late for its reservation; null for none
     * @return the answer, also when the question was taken back meanwhile
     */
    Future<QuotaDecision> ask(
            List<Candidate> candidates, Estimate estimate, long replaces, @Nullable ParkedConnection connection) {
        giveUpConnection();
        parked = connection;
        parkedAt = candidates.getFirst();
        Allowance money = allowance;
        long most = money == null ? 0 : WorstPrice.of(candidates, estimate);
        if (money == null || money.covers(most)) {
            return askForRoom(candidates, estimate, replaces);
        }
        return money.cover(most).compose(refusal -> {
            if (refusal == null) {
                return askForRoom(candidates, estimate, replaces);
            }
            if (replaces != 0) {
                services.bus().send(Address.QUOTA_SETTLE, new SettleQuota(replaces, 0, false, Estimate.NONE, false));
            }
            return Future.succeededFuture(new QuotaDecision.Denied(refusal, null, 0));
        });
    }

    private Future<QuotaDecision> askForRoom(List<Candidate> candidates, Estimate estimate, long replaces) {
        long now = services.clock().getAsLong();
        long left = Math.min(maxWaitNanos - queuedNanos, lastAttemptNanos - now);
        long wait = Math.max(left, ASKING_NANOS);
        ReserveQuota question = new ReserveQuota(keyScopes, candidates, estimate, replaces, now + wait, waiter);
        asking = true;
        askedNanos = now;
        return services.bus()
                .request(Address.QUOTA_RESERVE, question, Duration.ofNanos(wait).plus(REPLY_MARGIN))
                .onSuccess(this::answered);
    }

    private void answered(QuotaDecision decision) {
        asking = false;
        queuedNanos += decision.queuedNanos();
        boolean granted = decision instanceof QuotaDecision.Granted;
        services.metrics().quota().waited(decision.queuedNanos(), granted);
        if (trace != null) {
            trace.reserved(askedNanos, services.clock().getAsLong(), decision.queuedNanos(), granted);
        }
    }

    /** The connection that waited too, if it is one to this candidate; else it is given up. */
    @Nullable
    ParkedConnection connectionTo(Candidate candidate) {
        ParkedConnection connection = parked;
        parked = null;
        if (connection != null && candidate != parkedAt) {
            connection.giveUp();
            return null;
        }
        return connection;
    }

    /** Ends it: takes the question back when it was not answered, for nobody waits any more. */
    void stop() {
        giveUpConnection();
        if (allowance != null) {
            allowance.stop();
        }
        if (asking) {
            asking = false;
            services.bus().send(Address.QUOTA_CANCEL, new CancelReserve(waiter.ticket()));
        }
    }

    private void giveUpConnection() {
        if (parked != null) {
            parked.giveUp();
            parked = null;
        }
    }

    /** When the request was read, monotonic nanoseconds. */
    long readNanos() {
        return waiter.sinceNanos();
    }

    /** How long the request waited for room up to its last answer, whole milliseconds. */
    long queuedMillis() {
        return queuedNanos / NANOS_PER_MILLI;
    }
}
