package io.sluice.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gauges of one name whose labels come and go all together, looked up at the scrape: there are thousands of them, and none is
 * registered by itself. Safe on any thread.
 */
final class RowGauge implements Collector {
    private final MetricMetadata metadata;
    private volatile Supplier<List<Row>> rows = List::of;

    /**
     * One gauge.
     *
     * @param labels its labels
     * @param value asked for at each scrape
     */
    record Row(Labels labels, DoubleSupplier value) {
        /** Labels as name, value, name, value. */
        static Row of(DoubleSupplier value, String... labels) {
            return new Row(Labels.of(labels), value);
        }
    }

    /**
     * No rows yet.
     *
     * @param name in the words of Prometheus
     * @param help what it says
     */
    RowGauge(String name, String help) {
        metadata = new MetricMetadata(name, help);
    }

    /** These are the rows from now on; no two have the same labels. */
    void set(List<Row> latest) {
        List<Row> copy = List.copyOf(latest);
        rows = () -> copy;
    }

    /** The rows are made at each scrape from now on, on any thread. */
    void from(Supplier<List<Row>> source) {
        rows = source;
    }

    @Override
    public @Nullable MetricSnapshot collect() {
        List<Row> now = rows.get();
        return now.isEmpty()
                ? null
                : new GaugeSnapshot(
                        metadata,
                        now.stream()
                                .map(row -> new GaugeDataPointSnapshot(row.value.getAsDouble(), row.labels, null))
                                .toList());
    }

    @Override
    public String getPrometheusName() {
        return metadata.getPrometheusName();
    }
}
