package io.sluice.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
}
