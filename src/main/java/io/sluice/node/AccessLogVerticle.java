package io.sluice.node;

import io.sluice.config.AccessLogConfig;
import io.sluice.log.LineWriter;
import io.sluice.log.RotatedFile;
import io.sluice.log.StandardOutput;
import io.sluice.metrics.RuntimeMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The access log's own place, where it has one: open while this is deployed. Lines may come on any thread. */
final class AccessLogVerticle extends VerticleBase implements Consumer<String> {
    private static final String NAME = "access-log";

    private final AccessLogConfig config;
    private final InstantSource clock;
    private final RuntimeMetrics metrics;
    private volatile @Nullable LineWriter writer;

    /**
     * Opens nothing yet.
     *
     * @param config where it is
     * @param clock the wall's
     * @param metrics is told of lost lines
     */
    AccessLogVerticle(AccessLogConfig config, InstantSource clock, RuntimeMetrics metrics) {
        this.config = config;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        LineWriter.Target target =
                switch (config.to()) {
                    case FILE -> new RotatedFile(config, clock);
                    case STDOUT -> new StandardOutput();
                    case LOG, OFF -> null;
                };
        if (target != null) {
            writer = new LineWriter(NAME, target, metrics::accessLinesDropped);
        }
        return Future.succeededFuture();
    }

    @Override
    public void accept(String line) {
        LineWriter open = writer;
        if (open != null) {
            open.write(line);
        }
    }

    @Override
    public Future<?> stop() {
        LineWriter open = writer;
        return open == null
                ? Future.succeededFuture()
                : vertx.executeBlocking(() -> {
                    open.close();
                    return open;
                });
    }
}
