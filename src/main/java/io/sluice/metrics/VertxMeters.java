package io.sluice.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;

/**
 * What Vert.x itself counts: its pools of connections to providers and to the database, and of worker threads, each kind
 * as one. The rest stays off: requests and messages are counted where they mean something, and counting each message and
 * each read of a socket costs more than it tells.
 */
public final class VertxMeters {
    private VertxMeters() {}

    /**
     * A Vert.x that counts so.
     *
     * @param options of the node's Vert.x; changed
     * @param registry where meters live
     */
    public static VertxBuilder builder(VertxOptions options, MeterRegistry registry) {
        MicrometerMetricsOptions metrics =
                new MicrometerMetricsOptions().setEnabled(true).setLabels(EnumSet.of(Label.POOL_TYPE));
        EnumSet.complementOf(EnumSet.of(MetricsDomain.NAMED_POOLS)).forEach(metrics::addDisabledMetricsCategory);
        return Vertx.builder()
                .with(options.setMetricsOptions(metrics))
                .withMetrics(new MicrometerMetricsFactory(registry));
    }
}
