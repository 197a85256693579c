package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.config.ClusterConfig;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.GroupStatus;
import io.sluice.message.QuotaCounters;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This node's part in the group that holds all limit windows: serves its renewals, tells how the group stands, and shows
 * the counters while it leads. Deployed once on a node of a cluster, before the quota.
 */
public final class GroupVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long TELL_MILLIS = 1000;
    private static final long STOP_MILLIS = 1000;

    private final ClusterConfig config;
    private final Link.Opener opener;
    private final GroupFiles files;
    private final LongSupplier nanoClock;
    private final InstantSource wallClock;
    private final Random random;
    private @Nullable Link link;
    private @Nullable GroupNode node;
    private @Nullable MessageConsumer<?> renewals;

    /**
     * The group's part on this node.
     *
     * @param config who the voters are
     * @param opener opens the link to the other nodes, which says who this one is; closed with the verticle
     * @param dataDir the node's data directory; a voter keeps its record there
     * @param nanoClock monotonic nanoseconds
     * @param wallClock tells the day in a time zone, nothing else
     * @param random spreads elections
     */
    public GroupVerticle(
            ClusterConfig config,
            Link.Opener opener,
            Path dataDir,
            LongSupplier nanoClock,
            InstantSource wallClock,
            RandomGenerator random) {
        this.config = config;
        this.opener = opener;
        this.files = new GroupFiles(dataDir);
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.random = Random.from(random);
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(files::load)
                .compose(record -> opener.open(vertx).compose(opened -> serve(opened, record)));
    }

    @Override
    public Future<?> stop() {
        Future<?> unregistered = renewals == null ? Future.succeededFuture() : renewals.unregister();
        return unregistered
                .eventually(() -> node == null ? Future.succeededFuture() : stopped(node))
                .eventually(() -> link == null ? Future.succeededFuture() : link.close());
    }

    private Future<?> serve(Link opened, GroupRecord record) {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        GroupNode.Setup setup = new GroupNode.Setup(
                new VertxLoop(vertx, nanoClock),
                opened,
                config.voters().stream().map(ClusterConfig.Voter::name).toList(),
                this::save,
                record,
                wallClock,
                random);
        GroupNode begun = new GroupNode(setup, status -> bus.publish(Address.GROUP_STATUS, status));
        link = opened;
        node = begun;
        vertx.setPeriodic(TELL_MILLIS, timer -> tell(bus, begun));
        MessageConsumer<?> consumer = bus.serve(Address.QUOTA_RENEW, begun::renew);
        renewals = consumer;
        return consumer.completion();
    }

    private void tell(Bus bus, GroupNode begun) {
        GroupStatus status = begun.status();
        bus.publish(Address.GROUP_STATUS, status);
        begun.counters()
                .ifPresent(scopes -> bus.publish(
                        Address.QUOTA_COUNTERS, new QuotaCounters(status.leader(), wallClock.millis(), scopes)));
    }

    private Future<Void> save(GroupRecord record) {
        return vertx.executeBlocking(() -> {
            files.save(record);
            return null;
        });
    }

    private Future<?> stopped(GroupNode begun) {
        return Future.any(begun.stop(), vertx.timer(STOP_MILLIS).mapEmpty()).onComplete(done -> begun.close());
    }
}
