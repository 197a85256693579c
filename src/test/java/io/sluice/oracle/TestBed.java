package io.sluice.oracle;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A provider, and clusters before it; everything ends with it. */
final class TestBed implements AutoCloseable {
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final double WARM_UP_A_SECOND = 150;
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(90);

    private final Processes processes;
    private final SplittableRandom random;
    private final Provider provider;
    private final List<Cluster> clusters = new ArrayList<>();

    /**
     * Starts a provider.
     *
     * @param window of its oracle
     * @param script behaviour by credential, YAML
     * @param random of everything that is drawn
     * @param keep whether configuration and logs stay
     */
    TestBed(Duration window, String script, SplittableRandom random, boolean keep) {
        this.random = random;
        processes = new Processes(keep);
        try {
            provider = new Provider(processes, window, script);
        } catch (RuntimeException e) {
            processes.close();
            throw e;
        }
    }

    Provider provider() {
        return provider;
    }

    /** A new source of what is drawn. */
    SplittableRandom random() {
        return random.split();
    }

    /**
     * Starts the voters of a cluster, and sends them requests until their code has run: code that runs for the first time
     * takes longer than the guard of a short window.
     *
     * @param label before the names of its directories; may be empty
     * @param gatewayYaml text of everyone's {@code gateway.yaml}
     */
    Cluster start(String label, Cluster.Shape shape, String gatewayYaml) {
        Cluster cluster = new Cluster(processes, label, shape, gatewayYaml, random.split());
        clusters.add(cluster);
        cluster.start(shape.voters());
        double[] shares = new double[shape.nodes()];
        Arrays.fill(shares, 0, shape.voters(), 1);
        run(cluster, new OpenLoad.Shape(Pool.WARM_UP, WARM_UP_A_SECOND, 0, 0, true), shares, WARM_UP);
        return cluster;
    }

    /** Offers load to a cluster; returns when every request has an ending. */
    Tally run(Cluster cluster, OpenLoad.Shape shape, double[] shares, Duration length) {
        try (OpenLoad load = new OpenLoad(shape, cluster.nodes(), shares, random.split())) {
            return await(load.run(length), length);
        }
    }

    /**
     * Waits for a load.
     *
     * @param length of the load; the last answers may be as late as clients are patient
     */
    static <T> T await(Future<T> load, Duration length) {
        Duration most = length.plus(LAST_ANSWERS);
        try {
            return load.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the load is not over after " + most, e);
        }
    }

    @Override
    public void close() {
        provider.close();
        clusters.forEach(Cluster::close);
        processes.close();
    }
}
