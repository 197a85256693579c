package io.sluice.metrics;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Scope;
import io.sluice.message.QuotaCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the node's limits do to its requests. Safe on any thread. */
public final class QuotaMetrics {
    /** From "did not wait" to beyond the usual longest wait. */
    private static final Duration[] WAIT_BUCKETS =
            Meters.millis(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 60_000);

    /** Reported tokens in percent of estimated ones: 100 is a perfect estimate, more was spent beyond it. */
    private static final double[] ERROR_BUCKETS = {10, 25, 50, 75, 90, 100, 110, 125, 150, 200, 400, 800};

    /** Accounts whose provider allows less than configured are few; a wrong configuration must not flood the scrape. */
    private static final int MOST_ROWS = 1_000;

    private final Meters meters;
    private final MultiGauge learned;
    private final MultiGauge external;
    private volatile int reservations;
    private volatile int scopes;
    private volatile boolean logKept;
    private volatile int waitingRequests;
    private volatile long waitingBytes;

    QuotaMetrics(Meters meters) {
        this.meters = meters;
        meters.gauge("sluice.quota.reservations.open", "reservations not settled yet", () -> reservations);
        meters.gauge("sluice.quota.scopes", "limits with charges or requests in flight", () -> scopes);
        meters.gauge("sluice.quota.log.kept", "1 when a restart would find what was charged", () -> logKept ? 1 : 0);
        meters.gauge("sluice.queue.requests", "requests that wait for room", () -> waitingRequests);
        meters.gauge("sluice.queue.bytes", "memory that their bodies hold", () -> waitingBytes);
        learned = meters.gauges(
                "sluice.quota.limit.learned",
                "limit that a provider named, where it is lower than the configured one; seen by who counts");
        external = meters.gauges(
                "sluice.quota.external", "units of an account that somebody else seems to use; seen by who counts");
        // Alarms watch these from the start.
        meters.counter("sluice.quota.overrun.tokens");
        meters.counter("sluice.quota.settlements.unmatched");
        meters.counter("sluice.quota.writes.late");
    }

    /**
     * How the node's leases stand.
     *
     * @param openReservations not settled yet
     * @param knownScopes with charges or requests in flight
     */
    public void state(int openReservations, int knownScopes) {
        reservations = openReservations;
        scopes = knownScopes;
    }

    /** Whether a restart would find what was charged; only on a node that is alone. */
    public void logKept(boolean kept) {
        logKept = kept;
    }

    /** How many requests wait for room. */
    public int waiting() {
        return waitingRequests;
    }

    /**
     * What waits for room on this node.
     *
     * @param requests how many
     * @param bytes memory that their bodies hold
     */
    public void waiting(int requests, long bytes) {
        waitingRequests = requests;
        waitingBytes = bytes;
    }

    /**
     * A request was told whether there is room. Those that did not wait count too, so that the share of those that did is
     * seen.
     *
     * @param nanos how long it waited
     * @param granted whether it got room
     */
    public void waited(long nanos, boolean granted) {
        meters.timer("sluice.queue.wait", WAIT_BUCKETS, "outcome", granted ? "granted" : "denied")
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A request found no room. */
    public void denied(GatewayFailure failure) {
        String cause =
                switch (failure) {
                    case QuotaExceeded exceeded -> Meters.word(exceeded.cause());
                    case GatewayFailure.Unavailable none -> "unavailable";
                    default -> GatewayMetrics.OTHER;
                };
        meters.counter("sluice.quota.denied", "cause", cause).increment();
    }

    /** A request used more tokens than were reserved for it. */
    public void overrun(long tokens) {
        meters.counter("sluice.quota.overrun.tokens").increment(tokens);
    }

    /** A settlement named a reservation that is not open: a defect of whoever sent it. */
    public void unmatched() {
        meters.counter("sluice.quota.settlements.unmatched").increment();
    }

    /** A request left so late after its write that it was charged again. */
    public void writtenLate() {
        meters.counter("sluice.quota.writes.late").increment();
    }

    /**
     * A provider said what a request used.
     *
     * @param model public model name, of the configuration
     * @param kind {@code input} or {@code output}
     * @param estimated tokens that were reserved; nothing is counted when it is 0
     * @param reported tokens by the provider
     */
    public void estimated(String model, String kind, long estimated, long reported) {
        if (estimated > 0) {
            // In percent and not as a ratio: Micrometer's histograms round each value up to a whole number.
            meters.summary("sluice.estimate.error.percent", ERROR_BUCKETS, "model", model, "kind", kind)
                    .record(Math.ceilDiv(reported * 100, estimated));
        }
    }

    /** What the group counts; only the node that counts is told. */
    public void counters(QuotaCounters counters) {
        List<MultiGauge.Row<?>> lower = new ArrayList<>();
        List<MultiGauge.Row<?>> others = new ArrayList<>();
        for (ScopeCounters scope : counters.scopes()) {
            if (scope.id().startsWith(Scope.KEY_PREFIX)) {
                continue;
            }
            for (LimitCounters limit : scope.limits()) {
                if (limit.amount() < limit.configured() && lower.size() < MOST_ROWS) {
                    lower.add(row(scope.id(), limit.dimension(), limit.windowNanos(), limit.amount()));
                }
                if (limit.external() > 0 && others.size() < MOST_ROWS) {
                    others.add(row(scope.id(), limit.dimension(), limit.windowNanos(), limit.external()));
                }
            }
        }
        learned.register(lower, true);
        external.register(others, true);
    }

    /** This node does not count any more: another one's numbers are the true ones. */
    public void countersElsewhere() {
        learned.register(List.of(), true);
        external.register(List.of(), true);
    }

    private static MultiGauge.Row<?> row(String scope, Dimension dimension, long windowNanos, long value) {
        return MultiGauge.Row.of(
                Tags.of(
                        "scope",
                        scope,
                        "dimension",
                        Meters.word(dimension),
                        "window",
                        Duration.ofNanos(windowNanos).toString()),
                value);
    }
}
