package io.sluice.metrics;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.quota.Scope;
import io.sluice.message.QuotaCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/** What the node's limits do to its requests. Safe on any thread. */
public final class QuotaMetrics {
    /** From "did not wait" to beyond the usual longest wait. */
    private static final Duration[] WAIT_BUCKETS =
            Meters.millis(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 60_000);

    /** Reported tokens in percent of estimated ones: 100 is a perfect estimate, more was spent beyond it. */
    private static final double[] ERROR_BUCKETS = {10, 25, 50, 75, 90, 100, 110, 125, 150, 200, 400, 800};

    /** An answer of the group comes within a round of its members. */
    private static final Duration[] RENEWAL_BUCKETS = Meters.millis(1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000);

    /** The one that stands for requests in flight, which have no window. */
    private static final String PLACES = "in_flight";

    private static final QuotaCounters NOTHING = new QuotaCounters("", 0, List.of());

    private final Meters meters;
    private final int mostRows;
    private volatile QuotaCounters latest = NOTHING;
    private final UnaryOperator<String> models;
    private volatile int reservations;
    private volatile int scopes;
    private volatile boolean logKept;
    private volatile int waitingRequests;
    private volatile long waitingBytes;

    /**
     * Registers the gauges.
     *
     * @param meters where meters are made
     * @param mostRows limits that have series of their own: a wrong configuration must not flood the scrape
     * @param models makes a label of a model
     */
    QuotaMetrics(Meters meters, int mostRows, UnaryOperator<String> models) {
        this.meters = meters;
        this.models = models;
        this.mostRows = mostRows;
        meters.gauge("sluice.quota.reservations.open", "reservations not settled yet", () -> reservations);
        meters.gauge("sluice.quota.scopes", "limits with charges or requests in flight", () -> scopes);
        meters.gauge("sluice.quota.log.kept", "1 when a restart would find what was charged", () -> logKept ? 1 : 0);
        meters.gauge("sluice.queue.requests", "requests that wait for room", () -> waitingRequests);
        meters.gauge("sluice.queue.bytes", "memory that the bodies of waiting requests hold", () -> waitingBytes);
        meters.gauges(
                        "sluice.quota.limit.learned",
                        "limit that a provider named, where it is lower than the configured one; seen by who counts")
                .from(() -> rows(use -> use.amount < use.configured, use -> use.amount));
        meters.gauges(
                        "sluice.quota.external",
                        "units of an account that somebody else seems to use; seen by who counts")
                .from(() -> rows(use -> use.external > 0, use -> use.external));
        meters.gauges(
                        "sluice.quota.limit.used.ratio",
                        "charged share of a limit that is in use, leased units included; the fullest limits; seen by who counts")
                .from(() -> rows(use -> use.charged > 0, Use::ratio));
        meters.gauges(
                        "sluice.quota.limit.leased.ratio",
                        "share of a limit that nodes hold and have not used; of the same limits; seen by who counts")
                .from(() -> rows(use -> use.charged > 0, use -> use.leased / (double) Math.max(1, use.amount)));
        meters.gauges(
                        "sluice.quota.limit.overshoot",
                        "units charged beyond a limit, where there are any; seen by who counts")
                .from(() -> rows(use -> use.charged > use.amount, use -> use.charged - use.amount));
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
            meters.summary("sluice.estimate.error.percent", ERROR_BUCKETS, "model", models.apply(model), "kind", kind)
                    .record(Math.ceilDiv(reported * 100, estimated));
        }
    }

    /**
     * The group has answered a question for leases.
     *
     * @param outcome its answer
     * @param nanos how long it took
     */
    public void renewed(Answer.Status outcome, long nanos) {
        meters.counter("sluice.quota.renewals", "outcome", Meters.word(outcome)).increment();
        meters.timer("sluice.quota.renewal", RENEWAL_BUCKETS).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** What the group counts; only the node that counts is told. */
    public void counters(QuotaCounters counters) {
        latest = counters;
    }

    /** This node does not count any more: another one's numbers are the true ones. */
    public void countersElsewhere() {
        latest = NOTHING;
    }

    private List<Use> uses() {
        List<Use> uses = new ArrayList<>();
        for (ScopeCounters scope : latest.scopes()) {
            if (scope.id().startsWith(Scope.KEY_PREFIX)) {
                continue;
            }
            for (LimitCounters limit : scope.limits()) {
                uses.add(new Use(
                        scope.id(),
                        Meters.word(limit.dimension()),
                        Duration.ofNanos(limit.windowNanos()).toString(),
                        limit.amount(),
                        limit.configured(),
                        limit.charged(),
                        sum(limit.leased().values()),
                        limit.external()));
            }
            if (scope.placesLimit() > 0) {
                long places = sum(scope.places().values());
                uses.add(new Use(scope.id(), PLACES, "", scope.placesLimit(), scope.placesLimit(), places, 0, 0));
            }
        }
        return uses;
    }

    private static long sum(Collection<? extends Number> values) {
        return values.stream().mapToLong(Number::longValue).sum();
    }

    /** The fullest come first. */
    private List<RowGauge.Row> rows(Predicate<Use> wanted, ToDoubleFunction<Use> value) {
        return uses().stream()
                .filter(wanted)
                .sorted(Comparator.comparingDouble(Use::ratio).reversed())
                .limit(mostRows)
                .map(use -> {
                    double now = value.applyAsDouble(use);
                    return RowGauge.Row.of(
                            () -> now, "scope", use.scope, "dimension", use.dimension, "window", use.window);
                })
                .toList();
    }

    /**
     * How one limit stands.
     *
     * @param scope whose it is
     * @param dimension what it counts
     * @param window its length, ISO 8601; empty for requests in flight
     * @param amount in force
     * @param configured what files say
     * @param charged that count now
     * @param leased of them, held and not used
     * @param external used by somebody else
     */
    private record Use(
            String scope,
            String dimension,
            String window,
            long amount,
            long configured,
            long charged,
            long leased,
            long external) {
        double ratio() {
            return charged / (double) Math.max(1, amount);
        }
    }
}
