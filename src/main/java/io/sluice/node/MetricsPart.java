package io.sluice.node;

import io.sluice.metrics.MetricsVerticle;
import io.sluice.metrics.RuntimeMetrics;
import io.vertx.core.Deployable;
import java.util.List;

/** Meters of the process, and of what the node hears. */
final class MetricsPart {
    private MetricsPart() {}

    static List<Deployable> verticles(NodeShared node) {
        RuntimeMetrics.ofProcess(node.registry);
        return List.of(new MetricsVerticle(node.metrics, node.initial, node.config.lanes(), node.nanoClock));
    }
}
