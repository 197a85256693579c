package io.sluice.oracle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What faults act on, and the record of what they did. Confined to the thread of the run. */
final class Stage {
    private final Cluster cluster;
    private final Provider provider;
    private final Pool pool;
    private final SplittableRandom random;
    private final CountDownLatch over;
    private final long begin = System.nanoTime();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> log = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private Pool inForce;

    /**
     * A stage on which load has begun.
     *
     * @param random of faults
     * @param over reaches 0 when the last request was sent
     */
    Stage(Cluster cluster, Provider provider, Pool pool, SplittableRandom random, CountDownLatch over) {
        this.cluster = cluster;
        this.provider = provider;
        this.pool = pool;
        this.inForce = pool;
        this.random = random;
        this.over = over;
    }

    Cluster cluster() {
        return cluster;
    }

    Provider provider() {
        return provider;
    }

    Pool pool() {
        return pool;
    }

    SplittableRandom random() {
        return random;
    }

    /** One of the nodes. */
    int anyNode() {
        return random.nextInt(cluster.nodes().size());
    }

    /** Another node than one. */
    int otherThan(int node) {
        return (node + 1 + random.nextInt(cluster.nodes().size() - 1))
                % cluster.nodes().size();
    }

    /** The node that leads the quota group; any one when nobody says, which is written down. */
    int leader() {
        int leader = cluster.leader();
        if (leader < 0) {
            note("leader unknown");
            return anyNode();
        }
        return leader;
    }

    /** A time between two. */
    Duration between(Duration least, Duration most) {
        return Duration.ofMillis(random.nextLong(least.toMillis(), most.toMillis() + 1));
    }

    /**
     * Lets time pass.
     *
     * @return whether load goes on
     */
    boolean pass(Duration time) {
        try {
            return !over.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Writes down that something was done, counted under its name. */
    void note(String what, Object... on) {
        counts.merge(what, 1, Integer::sum);
        log.add(String.format(Locale.ROOT, "%7.2f s  %s", (System.nanoTime() - begin) / 1e9, what)
                + (on.length == 0 ? "" : " " + List.of(on)));
    }

    /** From now on other limits are in force than in the beginning, and nothing of before counts. */
    void forgetAndHoldTo(Pool limits) {
        provider.forget();
        inForce = limits;
    }

    /** The limits that the last windows are held to. */
    Pool inForce() {
        return inForce;
    }

    /** Something that must not be was seen. */
    void violated(List<String> what) {
        violations.addAll(what);
    }

    List<String> violations() {
        return violations;
    }

    /** Everything that was done, with its time. */
    List<String> log() {
        return log;
    }

    /** What was done how often. */
    Map<String, Integer> counts() {
        return counts;
    }
}
