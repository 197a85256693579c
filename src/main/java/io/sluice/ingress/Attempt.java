package io.sluice.ingress;

import io.sluice.domain.dialect.TokenUsage;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Estimate;
import io.sluice.message.Address;
import io.sluice.message.AttemptFinished;
import io.sluice.message.Bus;
import io.sluice.message.SettleQuota;
import org.jspecify.annotations.Nullable;

/**
 * One attempt as its exchange sees it: a reservation that is settled once, and an outcome that is reported once. Used on
 * the lane's event loop.
 */
final class Attempt {
    private final Candidate candidate;
    private final long reservation;
    private final Estimate estimate;
    private final long startNanos;
    private boolean sent;
    private long writtenAtNanos;
    private long headNanos = -1;
    private boolean settled;

    /**
     * An attempt with a fresh reservation.
     *
     * @param candidate who is asked
     * @param reservation number of the reservation
     * @param estimate what was reserved
     * @param startNanos monotonic
     */
    Attempt(Candidate candidate, long reservation, Estimate estimate, long startNanos) {
        this.candidate = candidate;
        this.reservation = reservation;
        this.estimate = estimate;
        this.startNanos = startNanos;
    }

    Candidate candidate() {
        return candidate;
    }

    long reservation() {
        return reservation;
    }

    Estimate estimate() {
        return estimate;
    }

    long startNanos() {
        return startNanos;
    }

    /** The request head was written. */
    void written(long atNanos) {
        sent = true;
        writtenAtNanos = atNanos;
    }

    /** The response head came. */
    void answered(long now) {
        headNanos = now - writtenAtNanos;
    }

    /**
     * What the provider charges for an attempt that failed. An answer with an error status is not billed; where bytes
     * may have been acted on, the whole estimate stays: too much is safe.
     */
    Estimate chargeOf(GatewayFailure failure, @Nullable TokenUsage usage) {
        if (usage != null) {
            return new Estimate(usage.input(), usage.output());
        }
        if (failure instanceof GatewayFailure.UpstreamFailure upstream) {
            return switch (upstream.kind()) {
                case RESET, HEAD_TIMEOUT, TRUNCATED, BAD_RESPONSE -> estimate;
                case CONNECT, SERVER_ERROR, RATE_LIMITED, ACCOUNT_REFUSED, MODEL_MISSING, REQUEST_REJECTED ->
                    new Estimate(0, 0);
            };
        }
        return estimate;
    }

    /**
     * Settles the reservation and reports the outcome. Only the first call counts, and there must be one.
     *
     * @param bus to quota, and to everyone who learns from attempts
     * @param actual what was used
     * @param failure what went wrong; null for success
     * @param keepKey whether another attempt of the same request has taken over the key's units
     * @param now monotonic nanoseconds
     */
    void finish(Bus bus, Estimate actual, @Nullable GatewayFailure failure, boolean keepKey, long now) {
        if (!settled) {
            settled = true;
            bus.send(Address.QUOTA_SETTLE, new SettleQuota(reservation, writtenAtNanos, sent, actual, keepKey));
            bus.publish(
                    Address.ATTEMPT_FINISHED,
                    new AttemptFinished(candidate, failure, sent, headNanos, now - startNanos));
        }
    }
}
