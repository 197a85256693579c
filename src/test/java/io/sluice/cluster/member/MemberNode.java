package io.sluice.cluster.member;

import com.hazelcast.core.HazelcastInstance;
import io.sluice.cluster.link.Link.Peer;
import io.sluice.config.ClusterConfig;
import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.sluice.config.ClusterConfig.HostPort;
import io.sluice.config.ClusterConfig.Voter;
import io.sluice.domain.Secret;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.health.HealthSetup;
import io.sluice.health.HealthVerticle;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ClusterView;
import io.sluice.message.MessageCodecs;
import io.sluice.testkit.Await;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A member on loopback ports, used from a test's thread. */
public record MemberNode(ClusterConfig config, Peer self, ClusteredVertx cluster) implements AutoCloseable {
    static final Secret NAME = Secret.of("the name of the cluster");

    static ClusterConfig config(
            String name, Map<String, Integer> ports, Secret secret, @Nullable ClusterTlsConfig tls) {
        List<Voter> voters = ports.entrySet().stream()
                .map(e -> new Voter(e.getKey(), new HostPort("127.0.0.1", e.getValue()), 1))
                .toList();
        HostPort bind = new HostPort("127.0.0.1", ports.get(name));
        return new ClusterConfig(secret, bind, 1, FreePort.next(), tls, false, voters, null);
    }

    public static MemberNode start(String name, long incarnation, Map<String, Integer> ports) {
        return start(config(name, ports, NAME, null), new Peer(name, incarnation));
    }

    static MemberNode start(ClusterConfig config, Peer self) {
        VertxOptions options = new VertxOptions().setEventLoopPoolSize(2);
        try {
            ClusteredVertx cluster = ClusteredVertx.start(Vertx.builder(), options, config, self)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(40, TimeUnit.SECONDS);
            return new MemberNode(config, self, cluster);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("no member", e);
        }
    }

    public Vertx vertx() {
        return cluster.vertx();
    }

    HazelcastInstance hazelcast() {
        return cluster.hazelcast();
    }

    /** Deploys the member's verticle, and keeps what it publishes. */
    public Heard enter(GatewayRevision revision) {
        Heard heard = new Heard();
        Bus bus = new Bus(vertx(), Await.MOST);
        MessageCodecs.registerAll(vertx().eventBus());
        bus.consume(Address.CLUSTER_VIEW, heard.views::add);
        bus.consume(Address.POOL_HEALTH, health -> heard.pool.add(health.snapshot()));
        TestNode.await(vertx().deployVerticle(
                        new MemberVerticle(cluster, config, self, "1.0.0", revision, InstantSource.system())));
        TestNode.await(vertx().deployVerticle(new HealthVerticle(new HealthSetup(
                revision,
                self.name(),
                self.name() + "/" + Long.toHexString(self.incarnation()),
                1,
                Path.of("target", "members", self.name() + Long.toHexString(System.nanoTime())),
                System::nanoTime,
                InstantSource.system(),
                new SplittableRandom(0)))));
        return heard;
    }

    /** What a member published. */
    public static final class Heard {
        final List<ClusterView> views = new CopyOnWriteArrayList<>();
        final List<PoolSnapshot> pool = new CopyOnWriteArrayList<>();

        /** Names in the newest view, with their revisions. */
        public Map<String, String> members() {
            return views.isEmpty()
                    ? Map.of()
                    : views.getLast().members().stream()
                            .collect(Collectors.toMap(ClusterView.Member::name, ClusterView.Member::revision));
        }

        /** For how long a candidate cools by the newest snapshot, milliseconds; 0 for not. */
        long coolsFor(Candidate candidate) {
            if (pool.isEmpty()) {
                return 0;
            }
            long now = System.nanoTime();
            PoolSnapshot newest = pool.getLast();
            return newest.standing(candidate.slot(), now) == PoolSnapshot.COOLING
                    ? TimeUnit.NANOSECONDS.toMillis(newest.until(candidate.slot()) - now)
                    : 0;
        }

        /** How a candidate stands by the newest snapshot. */
        byte standing(Candidate candidate) {
            return pool.isEmpty() ? PoolSnapshot.UP : pool.getLast().standing(candidate.slot(), System.nanoTime());
        }

        boolean drift() {
            return !views.isEmpty() && views.getLast().drift();
        }
    }

    Bus bus() {
        return new Bus(vertx(), Await.MOST);
    }

    @Override
    public void close() {
        try {
            vertx().close().toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("does not leave", e);
        }
    }
}
