package io.sluice.oracle;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** The faults of the runs. Every one goes on until the load is over and leaves whole what it broke. */
final class Injections {
    private static final Duration EACH = Duration.ofSeconds(10);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DETECTED = Duration.ofSeconds(12); // after a cut everybody has noticed by then
    private static final Duration LEASES_ENDED = Duration.ofSeconds(2);

    private Injections() {}

    /** {@code kill -9} of one node each ten seconds, started again within two. */
    static void kill(Stage stage) {
        long due = System.nanoTime() + EACH.toNanos();
        while (stage.pass(Duration.ofNanos(Math.max(0, due - System.nanoTime())))) {
            due += EACH.toNanos();
            kill(stage, stage.anyNode());
        }
    }

    private static void kill(Stage stage, int... nodes) {
        for (int node : nodes) {
            stage.cluster().node(node).child().kill();
            stage.note("kill", stage.cluster().node(node).name());
        }
        for (int node : nodes) {
            stage.pass(stage.between(Duration.ZERO, SECOND.multipliedBy(2)));
            stage.cluster().node(node).start();
        }
        for (int node : nodes) {
            stage.cluster().node(node).awaitReady();
        }
    }

    /** One node stands still for 3 or 10 seconds, again and again. */
    static void pause(Stage stage) {
        while (stage.pass(stage.between(SECOND.multipliedBy(3), SECOND.multipliedBy(6)))) {
            pause(stage, stage.anyNode(), SECOND.multipliedBy(stage.random().nextBoolean() ? 3 : 10));
        }
    }

    private static void pause(Stage stage, int node, Duration time) {
        Child child = stage.cluster().node(node).child();
        child.pause();
        stage.note("pause " + time.toSeconds() + " s", child.name());
        stage.pass(time);
        child.resume();
    }

    /** Cuts of every kind between nodes, healed before, while and after it is noticed. */
    static void cut(Stage stage) {
        List<Duration> lengths =
                List.of(Duration.ofMillis(400), SECOND.multipliedBy(2), SECOND.multipliedBy(5), DETECTED.plus(EACH));
        while (stage.pass(stage.between(SECOND.multipliedBy(4), SECOND.multipliedBy(8)))) {
            cut(stage, stage.anyNode(), lengths.get(stage.random().nextInt(lengths.size())));
        }
    }

    private static void cut(Stage stage, int node, Duration length) {
        Network network = stage.cluster().network();
        int other = stage.otherThan(node);
        String kind =
                switch (stage.random().nextInt(4)) {
                    case 0 -> {
                        network.isolate(node);
                        yield "cut off";
                    }
                    case 1 -> {
                        network.cutOneWay(node, other);
                        yield "cut one way";
                    }
                    case 2 -> {
                        network.breakOff(node, other);
                        yield "reset between two";
                    }
                    default -> {
                        network.cut(node, other);
                        yield "cut between two";
                    }
                };
        stage.note(kind, name(stage, node), name(stage, other), length);
        stage.pass(length);
        network.heal();
    }

    private static String name(Stage stage, int node) {
        return stage.cluster().node(node).name();
    }

    /** The leader is killed, paused or cut off, again and again. */
    static void leader(Stage stage) {
        while (stage.pass(stage.between(SECOND.multipliedBy(4), SECOND.multipliedBy(8)))) {
            int leader = stage.leader();
            switch (stage.random().nextInt(3)) {
                case 0 -> kill(stage, leader);
                case 1 -> pause(stage, leader, stage.between(SECOND, SECOND.multipliedBy(5)));
                default -> {
                    stage.cluster().network().isolate(leader);
                    stage.note("cut off", name(stage, leader));
                    stage.pass(stage.between(SECOND, DETECTED));
                    stage.cluster().network().heal();
                }
            }
        }
    }

    /** All nodes are killed together and start within a few seconds of one another. */
    static void restartAll(Stage stage) {
        while (stage.pass(stage.pool().window().plus(EACH))) {
            kill(stage, IntStream.range(0, stage.cluster().nodes().size()).toArray());
        }
    }

    /** All but one are killed together, with what their memory held. */
    static void killMost(Stage stage) {
        while (stage.pass(stage.pool().window().plus(EACH))) {
            int spared = stage.anyNode();
            kill(
                    stage,
                    IntStream.range(0, stage.cluster().nodes().size())
                            .filter(node -> node != spared)
                            .toArray());
        }
    }

    /** One after the other is stopped with SIGTERM and started again, as an operator updates a cluster. */
    static void rolling(Stage stage) {
        for (int node = 0;
                stage.pass(SECOND.multipliedBy(3));
                node = (node + 1) % stage.cluster().nodes().size()) {
            ClusterNode next = stage.cluster().node(node);
            next.child().stop();
            stage.note("restart", next.name());
            next.start();
            next.awaitReady();
        }
    }

    /** The wall clock of one node is set thirty seconds forth or back. */
    static void clock(Stage stage) {
        NodeFaults faults = stage.cluster().faults();
        if (faults == null) {
            throw new IllegalStateException("clocks cannot be set here: needs Linux and gcc");
        }
        while (stage.pass(stage.between(SECOND.multipliedBy(3), SECOND.multipliedBy(6)))) {
            String node = name(stage, stage.anyNode());
            Duration offset = SECOND.multipliedBy(30L * (stage.random().nextInt(3) - 1));
            faults.stepClock(node, offset);
            stage.note("clock", node, offset);
        }
    }

    /** Every node gets half of the limits in the middle of the run. */
    static void lowerLimits(Stage stage) {
        lower(stage, stage.cluster().nodes());
    }

    /** One node alone gets half of the limits: the smallest counts while they differ. */
    static void drift(Stage stage) {
        lower(stage, List.of(stage.cluster().node(stage.anyNode())));
    }

    private static void lower(Stage stage, List<ClusterNode> nodes) {
        if (!stage.pass(stage.pool().window().plus(SECOND))) {
            return;
        }
        Pool halved = stage.pool().halved();
        Cluster.reload(nodes, halved.gatewayYaml(stage.provider().port()));
        stage.note("limits halved", nodes.stream().map(ClusterNode::name).toArray());
        stage.pass(LEASES_ENDED);
        stage.violated(stage.provider().overshoots(stage.pool()));
        stage.forgetAndHoldTo(halved);
    }

    /** Everything between nodes is late, and connections are reset every few seconds. */
    static void poorNetwork(Stage stage) {
        Network network = stage.cluster().network();
        network.delay(Duration.ofMillis(120));
        stage.note("delay up to 120 ms");
        while (stage.pass(stage.between(SECOND, SECOND.multipliedBy(4)))) {
            int node = stage.anyNode();
            int other = stage.otherThan(node);
            network.reset(node, other);
            stage.note("reset", name(stage, node), name(stage, other));
        }
    }

    /** Of two nodes one is killed, or they lose one another. */
    static void oneOfTwo(Stage stage) {
        while (stage.pass(stage.between(SECOND.multipliedBy(5), EACH))) {
            if (stage.random().nextBoolean()) {
                kill(stage, stage.anyNode());
            } else {
                stage.cluster().network().cut(0, 1);
                stage.note("cut between two");
                stage.pass(stage.between(SECOND, DETECTED.plus(EACH)));
                stage.cluster().network().heal();
            }
        }
    }

    /** The last node, which has no vote, joins and leaves. */
    static void scaleOut(Stage stage) {
        ClusterNode further = stage.cluster().nodes().getLast();
        while (stage.pass(SECOND.multipliedBy(2))) {
            further.start();
            further.awaitReady();
            stage.note("join", further.name());
            stage.pass(EACH);
            further.child().stop();
            stage.note("leave", further.name());
        }
    }
}
