package io.sluice.quota;

import io.sluice.config.QueueConfig;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Headroom;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single writer of the node's quota: answers reservations, takes settlements, tells the routers where room is.
 * Deployed once a node, before any lane. Its start fails when another process uses the data directory.
 */
public final class QuotaVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaVerticle.class);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final long TICK_MILLIS = 100;
    private static final long SERVE_MILLIS = 20;

    private final Path dataDir;
    private final Duration ttl;
    private final QueueConfig queue;
    private final LongSupplier clock;
    private final GatewayMetrics metrics;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private final RevisionScopes scopes;
    private @Nullable KeptBook kept;

    /**
     * The quota of a node.
     *
     * @param initial the revision the node starts with
     * @param dataDir the node's data directory
     * @param ttl how long after its grant a reservation may be written
     * @param queue how much may wait for room
     * @param clock monotonic nanoseconds, the same in every process of one run of the machine: {@link System#nanoTime()}
     * @param metrics what is counted
     */
    public QuotaVerticle(
            GatewayRevision initial,
            Path dataDir,
            Duration ttl,
            QueueConfig queue,
            LongSupplier clock,
            GatewayMetrics metrics) {
        this.scopes = new RevisionScopes(initial);
        this.dataDir = dataDir;
        this.ttl = ttl;
        this.queue = queue;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> {
                    var disk = new LeaseLog.Disk(dataDir, BootIdentity.read(), SEGMENT_BYTES, this::onWorker);
                    return KeptBook.open(disk, scopes.limits(), ttl, clock.getAsLong());
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

    private Future<?> serve(KeptBook opened) {
        kept = opened;
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        QuotaDesk desk = new QuotaDesk(
                opened, scopes, queue, metrics, clock, refused -> bus.publish(Address.REQUEST_REFUSED, refused));
        consumers.add(bus.serve(Address.QUOTA_RESERVE, desk::reserve));
        consumers.add(bus.consume(Address.QUOTA_SETTLE, desk::settle));
        consumers.add(bus.consume(Address.QUOTA_CANCEL, desk::cancel));
        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> desk.reload(change.revision())));
        vertx.setPeriodic(SERVE_MILLIS, timer -> desk.serveWaiting());
        vertx.setPeriodic(TICK_MILLIS, timer -> {
            Headroom headroom = desk.tick();
            if (headroom != null) {
                bus.publish(Address.QUOTA_HEADROOM, headroom);
            }
        });
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }
}
