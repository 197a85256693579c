package io.sluice.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Meters by name and tags, each made when it is first needed. Safe on any thread. */
final class Meters {
    private final MeterRegistry registry;
    private final boolean buckets;
    private final Map<List<Object>, Counter> counters = new ConcurrentHashMap<>();
    private final Map<List<Object>, Timer> timers = new ConcurrentHashMap<>();
    private final Map<List<Object>, DistributionSummary> summaries = new ConcurrentHashMap<>();

    /**
     * No meter yet.
     *
     * @param registry where meters live
     * @param buckets whether histograms have them; their count and sum are there in any case
     */
    Meters(MeterRegistry registry, boolean buckets) {
        this.registry = registry;
        this.buckets = buckets;
    }

    /** A counter; tags as name, value, name, value. */
    Counter counter(String name, String... tags) {
        return counters.computeIfAbsent(id(name, tags), id -> Counter.builder(name)
                .description(MeterHelp.of(name))
                .tags(tags)
                .register(registry));
    }

    /** A histogram of durations. */
    Timer timer(String name, Duration[] bounds, String... tags) {
        return timers.computeIfAbsent(id(name, tags), id -> Timer.builder(name)
                .description(MeterHelp.of(name))
                .tags(tags)
                .serviceLevelObjectives(buckets ? bounds : new Duration[0])
                .register(registry));
    }

    /** A histogram of anything else. */
    DistributionSummary summary(String name, double[] bounds, String... tags) {
        return summaries.computeIfAbsent(id(name, tags), id -> DistributionSummary.builder(name)
                .description(MeterHelp.of(name))
                .tags(tags)
                .serviceLevelObjectives(buckets ? bounds : new double[0])
                .register(registry));
    }

    /** A value that is asked for at each scrape, from any thread. */
    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /** Gauges of one name whose tags come and go; shown by Prometheus alone. */
    RowGauge gauges(String name, String description) {
        RowGauge gauge = new RowGauge(name.replace('.', '_'), description);
        if (registry instanceof PrometheusMeterRegistry prometheus) {
            prometheus.getPrometheusRegistry().register(gauge);
        }
        return gauge;
    }

    private static List<Object> id(String name, String... tags) {
        return List.of(name, List.of(tags));
    }

    /** An enum's constant as a label. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Bounds of a histogram of durations. */
    static Duration[] millis(long... values) {
        return Arrays.stream(values).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
