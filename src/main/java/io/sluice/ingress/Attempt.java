package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.message.Address;
import io.sluice.message.AttemptFinished;
import io.sluice.message.Bus;
import io.sluice.message.RestPlaces;
import io.sluice.message.SettleQuota;
import io.sluice.message.TraceHeaders;
import io.sluice.trace.AttemptTrace;
import io.sluice.trace.RequestTrace;
import java.util.Map;
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
    private long firstNanos = -1;
    private long lostAtNanos;
    private long winnersNanos = -1;
    private Estimate actual;
    private @Nullable ResponseTap tap;
    private boolean kept;
    private boolean finished;
    private boolean lost;
    private @Nullable AttemptTrace trace;

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
        this.actual = estimate;
        this.startNanos = startNanos;
    }

    Candidate candidate() {
        return candidate;
    }

    long reservation() {
        return reservation;
    }

    long startNanos() {
        return startNanos;
    }

    /**
     * It is part of a trace.
     *
     * @return what its provider is told of that
     */
    TraceHeaders traced(RequestTrace request) {
        AttemptTrace begun = request.attempt(candidate, startNanos);
        trace = begun;
        Map<String, String> told = begun.headers();
        return told.isEmpty() ? TraceHeaders.NONE : new TraceHeaders(told.get("traceparent"), told.get("tracestate"));
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

    /** Its answer is read by this from now on. */
    void readBy(ResponseTap reader) {
        tap = reader;
    }

    /** Who reads its answer; null while there is none. */
    @Nullable
    ResponseTap tap() {
        return tap;
    }

    /**
     * It gives its client no answer. Told once.
     *
     * @return whether its provider may bill it all the same, and this was not told before
     */
    boolean lose(GatewayFailure failure) {
        boolean first = !lost;
        lost = true;
        return first && sent && mayBeBilled(failure);
    }

    /** The first byte of the answer's body came that its client can see. */
    void begun(long now) {
        firstNanos = now - writtenAtNanos;
    }

    /**
     * Another attempt of the same request had the first byte.
     *
     * @param now monotonic nanoseconds
     * @param other from that one's written request to its first byte, nanoseconds
     */
    void lost(long now, long other) {
        lostAtNanos = now;
        winnersNanos = other;
    }

    /** From the written request to the first byte of the answer's body, nanoseconds; -1 while there is none. */
    long firstNanos() {
        return firstNanos;
    }

    /**
     * Gives the reservation back: nothing was sent, and nobody was asked, so that there is nothing to report.
     *
     * @param bus to quota
     */
    void release(Bus bus) {
        finished = true;
        actual = Estimate.NONE;
        settle(bus, false);
    }

    /**
     * What the provider charges for an attempt that failed. An answer with an error status is not billed; where bytes
     * may have been acted on, the whole estimate stays: too much is safe.
     */
    Estimate chargeOf(GatewayFailure failure) {
        return mayBeBilled(failure) ? estimate : Estimate.NONE;
    }

    private static boolean mayBeBilled(GatewayFailure failure) {
        if (failure instanceof GatewayFailure.UpstreamFailure upstream) {
            return switch (upstream.kind()) {
                case RESET, HEAD_TIMEOUT, TRUNCATED, BAD_RESPONSE -> true;
                case BUSY,
                        CONNECT,
                        SERVER_ERROR,
                        RATE_LIMITED,
                        ACCOUNT_REFUSED,
                        MODEL_MISSING,
                        TOO_LARGE_HERE,
                        INEXPRESSIBLE,
                        REQUEST_REJECTED -> false;
            };
        }
        return true;
    }

    /** What was reserved. */
    Estimate estimate() {
        return estimate;
    }

    /** Whether the request was written, or may have been. */
    boolean isSent() {
        return sent;
    }

    /**
     * Reports the outcome, and settles the reservation but for the key's part, which the request's next attempt takes
     * over.
     *
     * @param bus to quota, and to everyone who learns from attempts
     * @param failure what went wrong
     * @param now monotonic nanoseconds
     */
    void keep(Bus bus, GatewayFailure failure, long now) {
        kept = true;
        actual = chargeOf(failure);
        settle(bus, true);
        report(bus, failure, now);
    }

    /**
     * Reports the outcome, and settles the reservation but for its places: a session goes on. Whoever goes on ends it.
     *
     * @param bus to quota, and to everyone who learns from attempts
     * @param counts whether it counts as a request
     * @param used what was used
     * @param failure what went wrong; null for success
     * @param now monotonic nanoseconds
     */
    void rest(Bus bus, boolean counts, Estimate used, @Nullable GatewayFailure failure, long now) {
        finished = true;
        bus.send(Address.QUOTA_REST, new RestPlaces(reservation, counts, used));
        report(bus, failure, now);
    }

    /**
     * Gives back all but the key's part: nothing was sent, and the request goes on with an attempt beside this one, whose
     * reservation has no key's part.
     *
     * @param bus to quota
     */
    void setAside(Bus bus) {
        kept = true;
        settle(bus, true);
    }

    /**
     * Settles the key's part of an attempt that was {@link #keep kept}, by what the one used that answered in its place.
     *
     * @param bus to quota
     * @param used what the request used
     */
    void pay(Bus bus, Estimate used) {
        if (!finished) {
            finished = true;
            sent = true;
            actual = used;
            settle(bus, false);
        }
    }

    /** What it was settled by. */
    Estimate actual() {
        return actual;
    }

    /** Whether only the key's part is open. */
    boolean isKept() {
        return kept;
    }

    /**
     * Settles the reservation and, unless that was done, reports the outcome. Only the first call counts, and there must
     * be one for every attempt that no other one replaced.
     *
     * @param bus to quota, and to everyone who learns from attempts
     * @param used what was used
     * @param failure what went wrong; null for success
     * @param now monotonic nanoseconds
     */
    void finish(Bus bus, Estimate used, @Nullable GatewayFailure failure, long now) {
        if (finished) {
            return;
        }
        finished = true;
        if (!kept) {
            actual = used;
            report(bus, failure, now);
        }
        settle(bus, false);
    }

    private void settle(Bus bus, boolean keepKey) {
        bus.send(Address.QUOTA_SETTLE, new SettleQuota(reservation, writtenAtNanos, sent, actual, keepKey));
    }

    private void report(Bus bus, @Nullable GatewayFailure failure, long now) {
        if (trace != null) {
            trace.over(failure, writtenAtNanos, headNanos, firstNanos, now);
        }
        bus.publish(
                Address.ATTEMPT_FINISHED,
                new AttemptFinished(candidate, failure, sent, headNanos, firstOf(failure), now - startNanos));
    }

    /** Who lost though it was asked no later is slower than the winner; of who was asked later nothing is known. */
    private long firstOf(@Nullable GatewayFailure failure) {
        boolean lost = winnersNanos >= 0 && failure instanceof GatewayFailure.ClientClosed;
        if (!lost || !sent || firstNanos >= 0) {
            return firstNanos;
        }
        // Where its request was over before it was heard when it was written, from its start.
        long since = writtenAtNanos - lostAtNanos > 0 ? startNanos : writtenAtNanos;
        long waited = lostAtNanos - since;
        return waited < winnersNanos ? -1 : Math.max(1, waited);
    }
}
