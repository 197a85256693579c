package io.sluice.cluster.member;

import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.cluster.link.Link.Peer;
import io.sluice.config.ClusterConfig;
import io.sluice.config.ClusterConfig.Voter;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.QuotaCounters;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node among the others: tells who is there and with which configuration, and shows the leader's counters. Deployed once a node, only on a node of a cluster. When it stops, the node's entry goes
 * with it.
 */
public final class MemberVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(MemberVerticle.class);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final int LOOK_MILLIS = 1_000;

    private final HazelcastInstance hazelcast;
    private final Peer self;
    private final String version;
    private final String initialRevision;
    private final long sinceMillis;
    private final Roster roster;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable Presence presence;
    private @Nullable UUID listener;

    /**
     * One member.
     *
     * @param cluster what it is a member of
     * @param config which names vote
     * @param self this run of this node
     * @param version of the program
     * @param initial the revision the node starts with
     * @param wallClock for when it started
     */
    public MemberVerticle(
            ClusteredVertx cluster,
            ClusterConfig config,
            Peer self,
            String version,
            GatewayRevision initial,
            InstantSource wallClock) {
        this.hazelcast = cluster.hazelcast();
        this.self = self;
        this.version = version;
        this.initialRevision = initial.id();
        this.sinceMillis = wallClock.millis();
        this.roster = new Roster(
                self, version, config.voters().stream().map(Voter::name).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        Members members = new Members(hazelcast, context);
        MemberEntry own = new MemberEntry(
                self.name(), self.incarnation(), members.address(), version, initialRevision, sinceMillis);
        Presence entered = new Presence(members, roster, bus, own);
        presence = entered;
        shareCounters(bus);
        consumers.add(bus.hear(Address.CONFIG_CHANGED, change -> entered.look()));
        consumers.add(bus.consume(
                Address.REVISION_CHANGED,
                change -> entered.revision(change.revision().id())));
        watch(entered);
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList())
                .compose(registered -> entered.enter());
    }

    @Override
    public Future<?> stop() {
        if (listener != null && hazelcast.getLifecycleService().isRunning()) {
            hazelcast.getCluster().removeMembershipListener(listener);
        }
        Future<Void> left = presence == null ? Future.succeededFuture() : presence.leave();
        return left.eventually(() ->
                Future.all(consumers.stream().map(MessageConsumer::unregister).toList()));
    }

    private void shareCounters(Bus bus) {
        SharedCounters counters = new SharedCounters(hazelcast, context, SharedCounters.Form.GROUP);
        consumers.add(bus.serve(Address.QUOTA_SHOW, question -> counters.read()));
        consumers.add(bus.consume(Address.QUOTA_COUNTERS, (QuotaCounters counted) -> counters.write(counted)
                .onFailure(cause -> LOG.warn("the counters cannot be shared: {}", cause.toString()))));
    }

    private void watch(Presence entered) {
        listener = hazelcast.getCluster().addMembershipListener(new MembershipAdapter() {
            @Override
            public void memberAdded(MembershipEvent event) {
                context.runOnContext(on -> entered.look());
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                context.runOnContext(on -> entered.look());
            }
        });
        vertx.setPeriodic(LOOK_MILLIS, timer -> entered.tick());
    }
}
