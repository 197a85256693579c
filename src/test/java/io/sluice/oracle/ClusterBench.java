package io.sluice.oracle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a cluster costs, over separate processes: {@code src/bench/run cluster [PART…]}. Prints figures beside their bars. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "Measures what a cluster costs: traffic, cluster-cost, renewals, failover.")
public final class ClusterBench implements Callable<Integer> {
    private static final Cluster.Shape THREE = new Cluster.Shape(3, 0, true, false);
    private static final Cluster.Shape THREE_WATCHED = new Cluster.Shape(3, 0, true, true);
    private static final Cluster.Shape ONE = new Cluster.Shape(1, 0, false, false);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration TURN = Duration.ofSeconds(6);
    private static final int CONNECTIONS = 32;
    private static final int ROUNDS = 5;
    private static final long NEVER_REACHED = 100_000_000;
    private static final double[] EVEN = {1, 1, 1};

    @Parameters(paramLabel = "PART", arity = "0..*", description = "which parts (default: all)")
    private List<String> parts = new ArrayList<>();

    @Option(names = "--seconds", description = "of each stretch of traffic and renewals (default: 15)")
    private int seconds = 15;

    @Option(names = "--seed", description = "of everything that is drawn")
    private long seed = System.nanoTime();

    @Option(names = "--keep", description = "keeps the directories with configuration and logs")
    private boolean keep;

    /** Runs the command line and exits. */
    public static void main(String[] arguments) {
        ((Logger) LoggerFactory.getLogger("io.vertx")).setLevel(Level.OFF); // connections of killed nodes
        System.exit(new CommandLine(new ClusterBench()).execute(arguments));
    }

    @Override
    public Integer call() {
        for (String part : parts.isEmpty() ? List.of("traffic", "cluster-cost", "renewals", "failover") : parts) {
            switch (part) {
                case "traffic" -> traffic();
                case "cluster-cost" -> clusterCost();
                case "renewals" -> renewals();
                case "failover" -> failover();
                default -> throw new IllegalArgumentException("there is no part '" + part + "'");
            }
        }
        return 0;
    }

    private TestBed bed(Pool pool) {
        return new TestBed(MINUTE, pool.providerScript(false, false), new SplittableRandom(seed), keep);
    }

    private static OpenLoad.Shape chats(double perSecond) {
        return new OpenLoad.Shape("chat", perSecond, 0, 0, true);
    }

    private static void title(String text, Object... values) {
        System.out.printf(Locale.ROOT, "%n== " + text + "%n%n", values);
    }

    private static void line(String text, Object... values) {
        System.out.printf(Locale.ROOT, text + "%n", values);
    }

    private static String verdict(boolean met) {
        return met ? "met" : "MISSED";
    }

    /** Bytes between nodes, members' and Raft's among them, at a rate of requests and at ten times of it. */
    private void traffic() {
        title("traffic: bytes between three nodes, four busy accounts, %d s each", seconds);
        Pool pool = Pool.alike(4, NEVER_REACHED, NEVER_REACHED * 1000);
        try (TestBed bed = bed(pool)) {
            Cluster cluster =
                    bed.start("", THREE_WATCHED, pool.gatewayYaml(bed.provider().port()));
            double few = bytesASecond(bed, cluster, 40);
            double many = bytesASecond(bed, cluster, 400);
            line("10 x the requests: %.2f x the bytes   bar <= 1.5: %s", many / few, verdict(many <= 1.5 * few));
        }
    }

    private double bytesASecond(TestBed bed, Cluster cluster, int perSecond) {
        bed.run(cluster, chats(perSecond), EVEN, SETTLE);
        long before = cluster.network().bytes();
        long begin = System.nanoTime();
        Tally tally = bed.run(cluster, chats(perSecond), EVEN, Duration.ofSeconds(seconds));
        double rate = (cluster.network().bytes() - before) / ((System.nanoTime() - begin) / 1e9);
        if (rate == 0) {
            throw new IllegalStateException("nodes said nothing to one another: this is no cluster");
        }
        line("%4d requests/s: %9.0f bytes/s between nodes; %s", perSecond, rate, answers(tally));
        return rate;
    }

    private static String answers(Tally tally) {
        return tally.admitted() + " of " + tally.requests() + " admitted, others " + tally.refusals() + tally.errors();
    }

    /**
     * Requests a second of one node, as fast as it carries, without and with a cluster, in turns. Nodes that do not take
     * their turn stand still, so that they cost nothing; the two other members of the cluster do not.
     */
    private void clusterCost() {
        title("cluster-cost: one node with limits, %d connections, %d turns of %s each", CONNECTIONS, ROUNDS, TURN);
        Pool pool = Pool.alike(2, NEVER_REACHED, NEVER_REACHED * 1000);
        try (TestBed bed = bed(pool)) {
            String gateway = pool.gatewayYaml(bed.provider().port());
            Cluster clustered = bed.start("", THREE, gateway);
            Cluster alone = bed.start("alone-", ONE, gateway);
            List<Double> without = new ArrayList<>();
            List<Double> with = new ArrayList<>();
            for (int round = -1; round < ROUNDS; round++) {
                double first = turn(alone, clustered);
                double second = turn(clustered, alone);
                if (round >= 0) { // the first turns warm up
                    without.add(first);
                    with.add(second);
                    line(
                            "turn %d: alone %.0f/s, in a cluster %.0f/s, ratio %.3f",
                            round, first, second, second / first);
                }
            }
            double ratio = median(with) / median(without);
            line(
                    "median alone %.0f/s, in a cluster %.0f/s: ratio %.3f   bar >= 0.95: %s",
                    median(without), median(with), ratio, verdict(ratio >= 0.95));
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static double turn(Cluster active, Cluster still) {
        still.nodes().forEach(node -> node.child().pause());
        try {
            active.nodes().forEach(ClusterNode::awaitReady);
            try (ClosedLoad load = new ClosedLoad(active.node(0).port())) {
                load.perSecond(CONNECTIONS, SETTLE);
                return load.perSecond(CONNECTIONS, TURN);
            }
        } finally {
            still.nodes().forEach(node -> node.child().resume());
        }
    }

    /** Processor time of three nodes with a thousand busy accounts, less that of the same requests on one account. */
    private void renewals() {
        int accounts = 1_000;
        title("renewals: processor time of three nodes, 300 requests/s, %d s each", seconds);
        Pool many = Pool.alike(accounts, NEVER_REACHED, NEVER_REACHED * 1000);
        Pool one = Pool.alike(1, NEVER_REACHED, NEVER_REACHED * 1000);
        try (TestBed bed = bed(many)) {
            Cluster cluster =
                    bed.start("", THREE, one.gatewayYaml(bed.provider().port()));
            bed.run(cluster, chats(300), EVEN, SETTLE.multipliedBy(3)); // until its code has been compiled
            double single = processors(cluster, () -> bed.run(cluster, chats(300), EVEN, Duration.ofSeconds(seconds)));
            line("1 account busy:     %5.1f %% of one processor", 100 * single);
            cluster.reload(many.gatewayYaml(bed.provider().port()));
            bed.run(cluster, chats(300), EVEN, SETTLE.multipliedBy(3));
            double all = processors(cluster, () -> bed.run(cluster, chats(300), EVEN, Duration.ofSeconds(seconds)));
            line("%d accounts busy: %5.1f %%", accounts, 100 * all);
            double idle = processors(cluster, () -> pass(Duration.ofSeconds(seconds)));
            line("no requests:        %5.1f %%", 100 * idle);
            line(
                    "renewals of %d further accounts: %.1f %%   bar <= 10 %%: %s",
                    accounts - 1, 100 * (all - single), verdict(all - single <= 0.10));
        }
    }

    private static double processors(Cluster cluster, Runnable what) {
        Duration before = processorTime(cluster);
        long begin = System.nanoTime();
        what.run();
        return (double) processorTime(cluster).minus(before).toNanos() / (System.nanoTime() - begin);
    }

    private static Duration processorTime(Cluster cluster) {
        return cluster.nodes().stream()
                .map(node -> node.child().processorTime())
                .reduce(Duration.ZERO, Duration::plus);
    }

    private static void pass(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How long nothing reached the provider after the leader was killed. */
    private void failover() {
        Duration each = Duration.ofSeconds(12);
        title("failover: longest time without an arrival at the provider, leader killed %d times", ROUNDS);
        Pool pool = Pool.alike(6, 600, 0);
        try (TestBed bed = bed(pool)) {
            Cluster cluster =
                    bed.start("", THREE, pool.gatewayYaml(bed.provider().port()));
            CountDownLatch over = new CountDownLatch(1);
            // Below the limits: a pool that is used up is silent without any fault.
            OpenLoad.Shape shape = new OpenLoad.Shape("chat", pool.perSecond() / 2, 0, 2, true);
            try (OpenLoad load = new OpenLoad(shape, cluster.nodes(), EVEN, bed.random());
                    Watch watch = new Watch(bed.provider(), SETTLE)) {
                load.run(each.multipliedBy(2L * ROUNDS)).onComplete(any -> over.countDown());
                Stage stage = new Stage(cluster, bed.provider(), pool, bed.random(), over);
                long worst = 0;
                stage.pass(each);
                for (int round = 1; round <= ROUNDS; round++) {
                    int leader = stage.leader();
                    watch.mark();
                    cluster.node(leader).child().kill();
                    stage.pass(each.dividedBy(2));
                    long pause = watch.longestPause().toMillis();
                    worst = Math.max(worst, pause);
                    line("%d: %s killed%s, %d ms", round, cluster.node(leader).name(), leaderless(stage), pause);
                    cluster.node(leader).start();
                    cluster.node(leader).awaitReady();
                    stage.pass(each.dividedBy(4));
                }
                line("worst %d ms   bar <= 2000 ms: %s", worst, verdict(worst <= 2000));
            }
        }
    }

    private static String leaderless(Stage stage) {
        return stage.counts().isEmpty() ? "" : " (nobody said who leads)";
    }
}
