package io.sluice.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.config.MetricsConfig;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.AttemptFinished;
import io.sluice.message.UsageRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Every meter of the product: names, tags and what they count. Safe on any thread. Label values come from configuration
 * and closed sets only, never from requests, so that the number of series is bounded; what is not configured is counted
 * as {@value #OTHER}.
 *
 * <p>Names are {@code sluice_<noun>_<unit>}. Where OpenTelemetry's GenAI conventions have a name for the same thing it is
 * used: {@code gen_ai.client.token.usage}, {@code gen_ai.server.request.duration}, {@code gen_ai.server.time_to_first_token}
 * and {@code gen_ai.server.time_per_output_token}. To the applications that ask it, the gateway is the server of the model.
 */
public final class GatewayMetrics {
    /** Label value for what no configuration names. */
    static final String OTHER = "other";

    static final Duration[] FIRST_BYTE_BUCKETS =
            Meters.millis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000);

    private final Meters meters;
    private final QuotaMetrics quota;
    private final ClusterMetrics cluster;
    private final NoticeMetrics notices;
    private final KeyMetrics keys;
    private final JournalMetrics journal;
    private final StoreMetrics store;
    private final BudgetMetrics budgets;
    private final LongAdder requestsInFlight = new LongAdder();
    private final LongAdder streamsOpen = new LongAdder();
    private final LongAdder sessionsOpen = new LongAdder();
    private final LongAdder connectionsOpen = new LongAdder();
    private final RowGauge revisionGauge;
    private final RequestMetrics requests;
    private final PoolMetrics pool;
    private final RuntimeMetrics runtime;
    private final ErrorCodes codes = new ErrorCodes();
    private volatile boolean ready;
    private volatile int configErrors;

    /**
     * With the usual bounds.
     *
     * @param registry where meters live
     */
    public GatewayMetrics(MeterRegistry registry) {
        this(registry, MetricsConfig.DEFAULT, System::nanoTime);
    }

    /**
     * Registers the gauges.
     *
     * @param registry where meters live
     * @param bounds how many series there are
     * @param clock the node's monotonic nanoseconds
     */
    public GatewayMetrics(MeterRegistry registry, MetricsConfig bounds, LongSupplier clock) {
        meters = new Meters(registry, bounds.histograms());
        requests = new RequestMetrics(meters, bounds, codes);
        pool = new PoolMetrics(meters, bounds, clock);
        runtime = new RuntimeMetrics(meters);
        quota = new QuotaMetrics(meters, bounds.limits(), requests::model);
        cluster = new ClusterMetrics(meters);
        notices = new NoticeMetrics(meters);
        keys = new KeyMetrics(meters);
        journal = new JournalMetrics(meters);
        store = new StoreMetrics(meters);
        budgets = new BudgetMetrics(meters);
        meters.gauge("sluice.requests.in.flight", "requests being served", () -> requestsInFlight.doubleValue());
        meters.gauge("sluice.streams.open", "streamed answers being sent", () -> streamsOpen.doubleValue());
        meters.gauge("sluice.realtime.sessions.open", "open realtime sessions", () -> sessionsOpen.doubleValue());
        meters.gauge("sluice.connections.open", "open client connections", () -> connectionsOpen.doubleValue());
        meters.gauge("sluice.ready", "1 when load balancers should send traffic", () -> ready ? 1 : 0);
        meters.gauge(
                "sluice.config.errors",
                "errors in the files as they are now; 0 when they are live",
                () -> configErrors);
        revisionGauge = meters.gauges("sluice.config.revision", "always 1; the live revision is the label");
        // Alarms watch these from the start.
        meters.counter("sluice.config.reload.failures");
    }

    /** What limits do to requests. */
    public QuotaMetrics quota() {
        return quota;
    }

    /** How accounts stand. */
    public PoolMetrics pool() {
        return pool;
    }

    /** How the process fares. */
    public RuntimeMetrics runtime() {
        return runtime;
    }

    /** How the cluster stands. */
    public ClusterMetrics cluster() {
        return cluster;
    }

    /** Virtual keys. */
    public KeyMetrics keys() {
        return keys;
    }

    /** How operators are told. */
    public NoticeMetrics notices() {
        return notices;
    }

    /** How the usage journal stands. */
    public JournalMetrics journal() {
        return journal;
    }

    /** How the ledger's database stands. */
    public StoreMetrics store() {
        return store;
    }

    /** How budgets stand. */
    public BudgetMetrics budgets() {
        return budgets;
    }

    /** A request was taken (+1) or is over (−1). */
    public void requestsInFlight(int change) {
        requestsInFlight.add(change);
    }

    /** How many requests are being served. */
    public long requestsInFlight() {
        return requestsInFlight.sum();
    }

    /** How many streamed answers are being sent. */
    public long streamsOpen() {
        return streamsOpen.sum();
    }

    /** A streamed answer began (+1) or ended (−1). */
    public void streamsOpen(int change) {
        streamsOpen.add(change);
    }

    /** A realtime session began (+1) or ended (−1). */
    public void sessionsOpen(int change) {
        sessionsOpen.add(change);
    }

    /** A realtime session made a response, or was refused one. */
    public void sessionResponse(boolean refused) {
        meters.counter("sluice.realtime.responses", "outcome", refused ? "refused" : "made")
                .increment();
    }

    /** A client connection was opened (+1) or closed (−1). */
    public void connectionsOpen(int change) {
        connectionsOpen.add(change);
    }

    /**
     * A request was refused before it had a usage record.
     *
     * @param status HTTP status of the answer
     * @param code reason that its client is told; null for none
     */
    public void refused(int status, @Nullable String code) {
        meters.counter("sluice.requests.refused", "status", Integer.toString(status), "code", codes.label(code))
                .increment();
    }

    /** The GenAI conventions' word for what is asked, where they have one. */
    public static String operation(Endpoint endpoint) {
        return RequestMetrics.operation(endpoint);
    }

    /** A request of a known key is over. */
    public void request(UsageRecord usage) {
        requests.over(usage);
    }

    /** An attempt at a provider is over. */
    public void attempt(AttemptFinished attempt) {
        String channel = attempt.candidate().channel().name();
        meters.counter("sluice.attempts", "channel", channel, "outcome", outcome(attempt))
                .increment();
        if (attempt.headNanos() >= 0) {
            meters.timer("sluice.upstream.head", FIRST_BYTE_BUCKETS, "channel", channel)
                    .record(attempt.headNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** A second attempt was begun beside a slow one. */
    public void hedged() {
        meters.counter("sluice.hedges").increment();
    }

    /** An attempt was not made, because too many others had followed a failure. */
    public void retryRefused() {
        meters.counter("sluice.retries.refused").increment();
    }

    private static String outcome(AttemptFinished attempt) {
        GatewayFailure failure = attempt.failure();
        return switch (failure) {
            case null -> "ok";
            case UpstreamFailure upstream -> Meters.word(upstream.kind());
            case GatewayFailure.ClientClosed closed -> "client_closed";
            case GatewayFailure.DeadlineExceeded late -> "deadline_exceeded";
            default -> OTHER;
        };
    }

    /** A revision is live: its names may be labels from now on, and its accounts have gauges. */
    public void revision(GatewayRevision revision) {
        requests.revision(revision);
        configErrors = 0;
        revisionGauge.set(List.of(RowGauge.Row.of(() -> 1, "revision", revision.id())));
        pool.revision(revision);
    }

    /** The files have so many errors now; each bad state of them is told once. */
    public void configErrors(int errors) {
        configErrors = errors;
        if (errors > 0) {
            meters.counter("sluice.config.reload.failures").increment();
        }
    }

    /** Load balancers should send traffic, or not. */
    public void ready(boolean nowReady) {
        ready = nowReady;
    }
}
