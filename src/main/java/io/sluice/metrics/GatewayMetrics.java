package io.sluice.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Every meter of the product: names, tags and what they count. Safe on any thread. Label values come from configuration
 * and closed sets only, never from requests, so that the number of series is bounded.
 */
public final class GatewayMetrics {
    private final MeterRegistry registry;
    private final LongAdder requestsInFlight = new LongAdder();
    private final LongAdder streamsOpen = new LongAdder();
    private final LongAdder connectionsOpen = new LongAdder();
    private final AtomicInteger reservationsOpen = new AtomicInteger();
    private final Counter quotaOverrun;
    private final Counter quotaUnmatched;
    private final Map<Cause, Counter> quotaDenied = new EnumMap<>(Cause.class);
    private final Map<String, Counter> refusals = new ConcurrentHashMap<>();

    /**
     * Registers the gauges.
     *
     * @param registry where meters live
     */
    public GatewayMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.gauge("sluice.requests.in.flight", requestsInFlight, LongAdder::doubleValue);
        registry.gauge("sluice.streams.open", streamsOpen, LongAdder::doubleValue);
        registry.gauge("sluice.connections.open", connectionsOpen, LongAdder::doubleValue);
        registry.gauge("sluice.quota.reservations.open", reservationsOpen);
        quotaOverrun = registry.counter("sluice.quota.overrun.tokens");
        quotaUnmatched = registry.counter("sluice.quota.settlements.unmatched");
        for (Cause cause : Cause.values()) {
            quotaDenied.put(
                    cause,
                    registry.counter(
                            "sluice.quota.denied", "cause", cause.name().toLowerCase(Locale.ROOT)));
        }
    }

    /** A request was taken (+1) or is over (−1). */
    public void requestsInFlight(int change) {
        requestsInFlight.add(change);
    }

    /** A streamed answer began (+1) or ended (−1). */
    public void streamsOpen(int change) {
        streamsOpen.add(change);
    }

    /** A client connection was opened (+1) or closed (−1). */
    public void connectionsOpen(int change) {
        connectionsOpen.add(change);
    }

    /**
     * A request was refused before it had a usage record.
     *
     * @param status HTTP status of the answer
     * @param code reason, of a closed set
     */
    public void refused(int status, String code) {
        refusals.computeIfAbsent(status + " " + code, k -> Counter.builder("sluice.requests.refused")
                        .tag("status", Integer.toString(status))
                        .tag("code", code)
                        .register(registry))
                .increment();
    }

    /** Reservations that are not settled yet. */
    public void quotaReservationsOpen(int count) {
        reservationsOpen.set(count);
    }

    /** A request found no room. */
    public void quotaDenied(Cause cause) {
        Objects.requireNonNull(quotaDenied.get(cause)).increment();
    }

    /** A request used more tokens than were reserved for it. */
    public void quotaOverrun(long tokens) {
        quotaOverrun.increment(tokens);
    }

    /** A settlement named a reservation that is not open: a defect of whoever sent it. */
    public void quotaUnmatched() {
        quotaUnmatched.increment();
    }
}
