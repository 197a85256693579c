package io.sluice.quota;

import io.sluice.domain.lease.Answer;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The quota group of a node that is alone: the same windows as a cluster's, without a cluster. Answers renewals at once,
 * and keeps what was charged over a restart of the process. Deployed once, before the quota verticle. Its start fails when
 * another process uses the data directory.
 */
public final class LocalGroupVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(LocalGroupVerticle.class);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final long SHOW_MILLIS = 1000;

    private final Path dataDir;
    private final LongSupplier nanoClock;
    private final InstantSource wallClock;
    private final GatewayMetrics metrics;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable KeptGroup kept;

    /**
     * A group that is not opened yet.
     *
     * @param dataDir the node's data directory
     * @param nanoClock monotonic nanoseconds, the same in every process of one run of the machine: {@link System#nanoTime()}
     * @param wallClock for the days of calendars, and to say when something was counted
     * @param metrics is told whether charges are kept
     */
    public LocalGroupVerticle(Path dataDir, LongSupplier nanoClock, InstantSource wallClock, GatewayMetrics metrics) {
        this.dataDir = dataDir;
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> {
                    var disk = new LeaseLog.Disk(dataDir, BootIdentity.read(), SEGMENT_BYTES, this::onWorker);
                    return KeptGroup.open(disk, nanoClock.getAsLong());
                })
                .compose(this::serve);
    }

    @Override
    public Future<?> stop() {
        return Future.all(consumers.stream().map(MessageConsumer::unregister).toList())
                .eventually(() -> vertx.executeBlocking(() -> {
                    if (kept != null) {
                        kept.close();
                    }
                    return null;
                }));
    }

    private void onWorker(Runnable task) {
        vertx.executeBlocking(Executors.callable(task))
                .onFailure(cause -> LOG.error("the lease log's worker failed", cause));
    }

    private Future<?> serve(KeptGroup opened) {
        kept = opened;
        LocalGroup group = new LocalGroup(opened, nanoClock, wallClock);
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        consumers.add(bus.serve(Address.QUOTA_RENEW, renewal -> answered(group.renew(renewal))));
        consumers.add(bus.serve(Address.QUOTA_SHOW, show -> Future.succeededFuture(group.counters())));
        vertx.setPeriodic(SHOW_MILLIS, timer -> {
            metrics.quota().logKept(group.isKeeping());
            bus.publish(Address.QUOTA_COUNTERS, group.counters());
        });
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    private static Future<Answer> answered(@Nullable Answer answer) {
        return answer != null
                ? Future.succeededFuture(answer)
                : Future.failedFuture(new IllegalStateException("a renewal out of turn"));
    }
}
