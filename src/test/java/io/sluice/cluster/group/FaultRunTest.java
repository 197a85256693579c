package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random faults against a checker that is exact: while one group lives no acknowledged renewal is lost, none is taken
 * twice, and all members hold the same at the same index.
 */
class FaultRunTest {
    private static final Duration MOST = Duration.ofSeconds(90);

    @Test
    void noAnswerIsLostOrTakenTwice() {
        runs(20, 40);
    }

    @Test
    @Tag("proof")
    void noAnswerIsLostOrTakenTwiceInALongRun() {
        runs(300, 120);
    }

    private static void runs(int count, int seconds) {
        long base = Long.getLong("sluice.seed", System.nanoTime() & 0xffffff);
        long checks = 0;
        for (int i = 0; i < count; i++) {
            long seed = base + i;
            try {
                checks += new Run(seed).run(seconds);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with -Dsluice.seed=" + seed, e);
            }
        }
        System.out.println(count + " runs of " + seconds + " s from seed " + base + ", " + checks + " checks");
        assertThat(checks).isGreaterThan((long) count * seconds);
    }

    /** One run. */
    private static final class Run {
        private final Random random;
        private final SimulatedCluster cluster;

        Run(long seed) {
            random = new Random(seed);
            cluster = random.nextInt(4) == 0
                    ? new SimulatedCluster(seed, "a", "b", "c", "d", "e")
                    : new SimulatedCluster(seed, "a", "b", "c");
        }

        /** Returns how often a leader could be looked at. */
        long run(int seconds) {
            cluster.startAll();
            cluster.start("client");
            cluster.until(MOST, () -> cluster.allAnswered(Duration.ofMillis(500)));
            long end = cluster.time.nanos() + Duration.ofSeconds(seconds).toNanos();
            while (cluster.time.nanos() < end) {
                fault();
                long gap = 200 + random.nextInt(4_000);
                for (long passed = 0; passed < gap; passed += 50) {
                    cluster.pass(Duration.ofMillis(50));
                    check();
                }
            }
            cluster.net.healAll();
            cluster.net.weather(0, 0, 250_000, 0);
            everyName().stream()
                    .filter(name -> !cluster.nodes.containsKey(name))
                    .forEach(cluster::start);
            cluster.pass(Duration.ofSeconds(1));
            cluster.until(MOST, this::healed);
            cluster.pass(Duration.ofSeconds(1));
            check();
            return cluster.audit.checks();
        }

        private boolean healed() {
            return cluster.allAnswered(Duration.ofMillis(500))
                    && cluster.leader() != null
                    && cluster.leader().log().standing().voters().size() == cluster.names.size()
                    && voters().stream()
                                    .map(node -> node.status().group())
                                    .distinct()
                                    .count()
                            == 1
                    && voters().stream().allMatch(SimulatedCluster.Node::isLiving);
        }

        private List<String> everyName() {
            List<String> all = new ArrayList<>(cluster.names);
            all.add("client");
            return all;
        }

        private List<SimulatedCluster.Node> voters() {
            return cluster.nodes.values().stream()
                    .filter(node -> cluster.names.contains(node.self.name()))
                    .toList();
        }

        private void fault() {
            String one = cluster.names.get(random.nextInt(cluster.names.size()));
            String other = cluster.names.get(random.nextInt(cluster.names.size()));
            switch (random.nextInt(10)) {
                case 0 ->
                    cluster.names.stream().filter(name -> !name.equals(one)).forEach(n -> cluster.net.cut(one, n));
                case 1 -> cluster.net.cutOneWay(one, other);
                case 2 -> cluster.net.cut(one, other);
                case 3 -> pause(one);
                case 4 -> cluster.net.weather(0.2, 0.1, 1_000_000, 20_000_000);
                case 5 -> cluster.kill(one);
                case 6 -> killLeader();
                case 7 ->
                    everyName().stream()
                            .filter(name -> !cluster.nodes.containsKey(name))
                            .toList()
                            .forEach(cluster::start);
                case 8 -> {
                    cluster.kill(one);
                    cluster.start(one);
                }
                default -> {
                    cluster.net.healAll();
                    cluster.net.weather(0, 0, 250_000, 0);
                }
            }
        }

        private void pause(String name) {
            SimulatedCluster.Node node = cluster.node(name);
            if (node != null) {
                node.loop.pause(Duration.ofMillis(100 + random.nextInt(4_000)));
            }
        }

        private void killLeader() {
            SimulatedCluster.Node leader = cluster.leader();
            if (leader != null) {
                cluster.kill(leader.self.name());
            }
        }

        /** What must be so at every instant. */
        private void check() {
            for (SimulatedCluster.Node node : voters()) {
                GroupReplica replica = node.replica();
                if (replica != null && replica.isFounded() && !node.groupId().equals(GroupId.NONE)) {
                    cluster.audit.member(node.groupId(), replica);
                }
            }
            // Of two that think they lead, the one that can commit is further, or nobody was told anything since.
            voters().stream()
                    .filter(node -> node.leads())
                    .max(Comparator.comparing((SimulatedCluster.Node node) -> node.groupId())
                            .thenComparingLong(node -> node.replica().applied()))
                    .ifPresent(node -> cluster.audit.leader(node.groupId(), node.replica(), node.charged()));
        }
    }
}
