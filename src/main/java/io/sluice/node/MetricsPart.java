package io.sluice.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.sluice.metrics.MetricsVerticle;
import io.vertx.core.Deployable;
import java.util.List;
import java.util.stream.Stream;

/** Meters of the process, and of what the node hears. */
final class MetricsPart {
    private MetricsPart() {}

    static List<Deployable> verticles(NodeShared node) {
        bindProcessMeters(node.registry);
        return List.of(new MetricsVerticle(node.metrics, node.initial));
    }

    // The binders live as long as the process; JvmGcMetrics alone is closeable, and only to stop listening.
    @SuppressWarnings("resource")
    private static void bindProcessMeters(MeterRegistry registry) {
        Stream.of(
                        new JvmMemoryMetrics(),
                        new JvmGcMetrics(),
                        new JvmThreadMetrics(),
                        new ClassLoaderMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
    }
}
