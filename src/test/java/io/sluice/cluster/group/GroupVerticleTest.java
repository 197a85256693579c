package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.cluster.link.Link;
import io.sluice.cluster.link.TcpLink;
import io.sluice.config.ClusterConfig;
import io.sluice.config.ClusterConfig.HostPort;
import io.sluice.config.ClusterConfig.Voter;
import io.sluice.domain.Secret;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.ClientId;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.GroupStatus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.QuotaCounters;
import io.sluice.testkit.Await;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestNode;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes with everything real: event loops, TCP, timers, files. */
class GroupVerticleTest {
    private static final Duration MOST = Duration.ofSeconds(20);

    private final Map<String, Running> nodes = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    @TempDir
    private Path data;

    @AfterEach
    void stopAll() {
        nodes.values().forEach(Running::kill);
    }

    @Test
    void threeNodesAnswerAndGoOnWithoutTheirLeader() throws Exception {
        List.of("a", "b", "c").forEach(name -> ports.put(name, FreePort.next()));
        for (String name : ports.keySet()) {
            nodes.put(name, new Running(name));
        }
        List<Answer> first = new ArrayList<>();
        nodes.values().forEach(node -> first.add(node.renew()));
        assertThat(first).allMatch(answer -> answer.status() == Answer.Status.TAKEN);
        Await.until(MOST, () -> nodes.values().stream().allMatch(Running::grants));
        String leader = nodes.get("a").last().leader();
        Await.until(MOST, () -> !nodes.get(leader).counters.isEmpty());
        assertThat(nodes.get(leader).counters.getLast().scopes()).hasSize(1);
        assertThat(Files.readString(data.resolve("b/group/record"))).contains("epoch 1\n");

        nodes.remove(leader).kill();
        long killed = System.nanoTime();
        nodes.values().forEach(node -> assertThat(node.renew().status()).isEqualTo(Answer.Status.TAKEN));

        // Usually within one second; the bar of two is kept in simulated time, where a busy machine does not count.
        assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(10));

        nodes.put(leader, new Running(leader));
        assertThat(nodes.get(leader).renew().status()).isEqualTo(Answer.Status.TAKEN);
        Await.until(
                MOST,
                () -> nodes.get(leader).last().role().equals("follower")
                        && nodes.get(leader).last().members().equals(List.of("a", "b", "c")));
    }

    @Test
    void aLeaderThatIsStoppedHandsOver() throws Exception {
        List.of("a", "b", "c").forEach(name -> ports.put(name, FreePort.next()));
        for (String name : ports.keySet()) {
            nodes.put(name, new Running(name));
        }
        nodes.values().forEach(Running::renew);
        Await.until(MOST, () -> nodes.values().stream().allMatch(Running::grants));
        String leader = nodes.get("a").last().leader();

        nodes.remove(leader).stop();

        nodes.values().forEach(node -> assertThat(node.renew().status()).isEqualTo(Answer.Status.TAKEN));
        assertThat(nodes.values())
                .allSatisfy(node -> assertThat(node.statuses.subList(node.granted(), node.statuses.size()))
                        .allMatch(GroupStatus::grants));
    }

    /** Printed, and bounded far above what was seen: about 1 % of a core for each node. */
    @Test
    @Tag("proof")
    void anIdleGroupCostsLittle() throws Exception {
        List.of("a", "b", "c").forEach(name -> ports.put(name, FreePort.next()));
        for (String name : ports.keySet()) {
            nodes.put(name, new Running(name));
        }
        nodes.values().forEach(Running::renew);
        Running asking = nodes.get("a");
        long[] took = new long[600];
        for (int i = 0; i < took.length; i++) {
            long begin = System.nanoTime();
            asking.renew();
            took[i] = System.nanoTime() - begin;
            long next = System.nanoTime() + 30_000_000;
            Await.until(() -> System.nanoTime() > next);
        }
        Arrays.sort(took);
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long begin = System.nanoTime();
        Await.until(MOST, () -> System.nanoTime() - begin > 10_000_000_000L);
        double share = (double) (system.getProcessCpuTime() - cpu) / (System.nanoTime() - begin);
        System.out.printf(
                "renewal answered: p50 %.2f ms, p99 %.2f ms; three idle nodes: %.2f %% of a core%n",
                took[took.length / 2] / 1e6, took[took.length * 99 / 100] / 1e6, share * 100);
        assertThat(share).isLessThan(0.2);
    }

    /** One node. */
    private final class Running {
        private final Vertx vertx = Vertx.vertx();
        private final List<GroupStatus> statuses = new CopyOnWriteArrayList<>();
        private final List<QuotaCounters> counters = new CopyOnWriteArrayList<>();
        private final ClientId client;
        private final String deployment;
        private volatile Runnable cut = () -> {};
        private long sequence;

        Running(String name) {
            MessageCodecs.registerAll(vertx.eventBus());
            long incarnation = RandomGenerator.getDefault().nextLong() | 1;
            client = new ClientId(name, incarnation);
            List<Voter> voters = ports.entrySet().stream()
                    .map(port -> new Voter(port.getKey(), new HostPort("127.0.0.1", 1), port.getValue()))
                    .toList();
            ClusterConfig config = new ClusterConfig(
                    Secret.of("the name of the cluster"),
                    new HostPort("127.0.0.1", 1),
                    ports.get(name),
                    1,
                    null,
                    false,
                    voters,
                    null);
            Bus bus = new Bus(vertx, MOST);
            bus.consume(Address.GROUP_STATUS, statuses::add);
            bus.consume(Address.QUOTA_COUNTERS, counters::add);
            deployment = TestNode.await(vertx.deployVerticle(new GroupVerticle(
                    config,
                    on -> TcpLink.opener(config, new Link.Peer(name, incarnation), "1")
                            .open(on)
                            .onSuccess(this::opened),
                    data.resolve(name),
                    System::nanoTime,
                    InstantSource.system(),
                    RandomGenerator.getDefault())));
        }

        Answer renew() {
            sequence++;
            return TestNode.await(new Bus(vertx, MOST)
                    .request(Address.QUOTA_RENEW, SimulatedCluster.renewal(client, sequence), MOST));
        }

        GroupStatus last() {
            return statuses.isEmpty()
                    ? new GroupStatus(false, "", "", "", "", List.of(), List.of())
                    : statuses.getLast();
        }

        boolean grants() {
            return last().grants()
                    && !last().leader().isEmpty()
                    && last().members().size() == 3;
        }

        int granted() {
            return statuses.indexOf(
                    statuses.stream().filter(GroupStatus::grants).findFirst().orElseThrow());
        }

        private void opened(Link open) {
            Context loop = vertx.getOrCreateContext();
            cut = () -> {
                Promise<Void> closed = Promise.promise();
                loop.runOnContext(on -> open.close().onComplete(closed));
                TestNode.await(closed.future());
            };
        }

        /** It says goodbye to everyone. */
        void stop() {
            TestNode.await(vertx.undeploy(deployment));
            TestNode.await(vertx.close());
        }

        /** As when a process is killed: nothing is said, the connections end. */
        void kill() {
            cut.run();
            TestNode.await(vertx.close());
        }
    }
}
