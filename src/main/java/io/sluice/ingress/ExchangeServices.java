package io.sluice.ingress;

import io.sluice.config.HttpBounds;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.OutputEstimates;
import io.sluice.domain.stored.StoredIds;
import io.sluice.message.Bus;
import io.sluice.message.OpenRequests;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.trace.Tracing;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the exchanges of one lane share.
 *
 * @param vertx for back-off timers
 * @param lane number of the lane
 * @param tickets numbers for requests that may have to wait
 * @param bus to router, quota, provider client and usage
 * @param clock monotonic nanoseconds
 * @param random for requests that do not stick, and jitter
 * @param pool what the lane knows of the pool's health
 * @param estimates what the lane learned about sizes
 * @param metrics in-flight gauges and refusals
 * @param bounds what one client may cost
 * @param limits what all lanes share of them
 * @param timed the lane's sweep
 * @param open the lane's exchanges and sessions that have not ended
 * @param openRequests requests that providers are asked, of all lanes
 * @param tracing makes traces; null for none
 * @param ownIds ids of stored responses with a secret of this node alone; null in a cluster
 */
record ExchangeServices(
        Vertx vertx,
        int lane,
        Tickets tickets,
        Bus bus,
        LongSupplier clock,
        SplittableRandom random,
        LanePool pool,
        OutputEstimates estimates,
        GatewayMetrics metrics,
        HttpBounds bounds,
        EdgeLimits limits,
        Set<Timed> timed,
        Set<InFlight> open,
        OpenRequests openRequests,
        @Nullable Tracing tracing,
        @Nullable StoredIds ownIds) {
    /** Takes a place for a request; {@link #leave} gives it back. */
    void enter() {
        if (!limits.isRecording()) {
            throw new GatewayException(new GatewayFailure.Unavailable(
                    "The gateway cannot record the usage of another request now. Try again later."));
        }
        if (!limits.enterRequest()) {
            throw new GatewayException(new GatewayFailure.Overloaded("The gateway has no room for another request."));
        }
        metrics.requestsInFlight(1);
    }

    /** Gives a request's place back. */
    void leave() {
        limits.leaveRequest();
        metrics.requestsInFlight(-1);
    }

    /** How ids of stored responses are made: with the files' secrets, else with the node's own; null where there is none. */
    @Nullable
    StoredIds storedIds(GatewayRevision revision) {
        return revision.storedIds() != null ? revision.storedIds() : ownIds;
    }

    /** Answers a request with a failure and counts it, when it is recorded. */
    void refuse(Incoming incoming, GatewayFailure failure) {
        ErrorAnswer answer = ErrorAnswer.of(failure);
        metrics.refused(incoming.dialect().status(answer), answer.code());
        Endpoint owing = incoming.owing();
        if (owing == null || !limits.isRecording()) {
            Answers.refuse(incoming, answer);
            return;
        }
        HttpServerRequest request = incoming.request();
        if (!request.isEnded()) {
            // What comes of its body meanwhile waits too.
            request.pause();
        }
        ShortRecord.hand(this, incoming, owing, failure).onComplete(done -> {
            Answers.refuse(incoming, answer);
            if (!request.isEnded()) {
                request.resume();
            }
        });
    }
}
