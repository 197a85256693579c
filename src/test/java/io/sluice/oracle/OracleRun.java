package io.sluice.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs a scenario: provider and nodes as processes, load from this one, faults from the calling thread; then asks the
 * provider what it saw.
 */
final class OracleRun {
    private static final Duration WARM_UP = Duration.ofSeconds(4);
    private static final double WARM_UP_A_SECOND = 150;
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(90);

    private final Scenario scenario;
    private final Settings settings;
    private final Pool pool;
    private final SplittableRandom random;

    private OracleRun(Scenario scenario, Settings settings) {
        this.scenario = scenario;
        this.settings = settings;
        this.pool = Pool.of(settings.window());
        this.random = new SplittableRandom(settings.seed());
    }

    /** Runs it; returns when everything it started has ended. */
    static Result of(Scenario scenario, Settings settings) {
        return new OracleRun(scenario, settings).run();
    }

    private Result run() {
        Scenario.Load load = scenario.load();
        String script = pool.providerScript(settings.enforced(), !load.tellsOutput());
        try (Processes processes = new Processes(settings.keep());
                Provider provider = new Provider(processes, settings.window(), script);
                Relay way = way(provider, load)) {
            int port = load.providerDelay() == 0 ? provider.port() : way.port();
            try (Cluster cluster = new Cluster(processes, scenario.shape(), pool.gatewayYaml(port), random.split())) {
                cluster.start(scenario.shape().voters());
                warmUp(cluster);
                provider.forget();
                return measure(cluster, provider);
            }
        }
    }

    /** The way between gateway and provider. */
    private Relay way(Provider provider, Scenario.Load load) {
        Line forth = new Line(random.split());
        long nanos = (long) (load.providerDelay() * settings.guard().toNanos());
        forth.delay(Duration.ofNanos(nanos));
        return new Relay(provider.port(), forth, new Line(random.split()));
    }

    /** Code that runs for the first time takes longer than the guard of a short window. */
    private void warmUp(Cluster cluster) {
        int voters = scenario.shape().voters();
        double[] shares = new double[cluster.nodes().size()];
        Arrays.fill(shares, 0, voters, 1);
        OpenLoad.Shape shape = new OpenLoad.Shape(Pool.WARM_UP, WARM_UP_A_SECOND, 0, 0, true);
        try (OpenLoad load = new OpenLoad(shape, cluster.nodes(), shares, random.split())) {
            await(load.run(WARM_UP), WARM_UP.plus(LAST_ANSWERS));
        }
    }

    private Result measure(Cluster cluster, Provider provider) {
        Scenario.Load load = scenario.load();
        OpenLoad.Shape shape = new OpenLoad.Shape(
                "chat",
                load.factor() * settings.factor() * pool.perSecond(),
                load.leastWaitSeconds(),
                load.mostWaitSeconds(),
                load.tellsOutput());
        CountDownLatch over = new CountDownLatch(1);
        Stage stage;
        Tally tally;
        try (OpenLoad clients = new OpenLoad(shape, cluster.nodes(), load.shares(), random.split());
                Watch watch = new Watch(provider, settings.window())) {
            stage = new Stage(cluster, provider, pool, random.split(), over);
            Future<Tally> answers = clients.run(settings.length());
            Thread clock = Thread.ofVirtual().start(() -> endAfter(settings.length(), over, watch));
            scenario.faults().inject(stage);
            tally = await(answers, settings.length().plus(LAST_ANSWERS));
            clock.interrupt();
            return result(stage, tally, watch, provider.oracle());
        }
    }

    private static void endAfter(Duration length, CountDownLatch over, Watch watch) {
        try {
            TimeUnit.NANOSECONDS.sleep(length.toNanos());
            watch.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        over.countDown();
    }

    private Result result(Stage stage, Tally tally, Watch watch, JsonNode oracle) {
        Map<Pool.Kind, Double> use = new EnumMap<>(Pool.Kind.class);
        for (Pool.Kind kind : Pool.Kind.values()) {
            List<Pool.Account> some =
                    pool.accounts().stream().filter(each -> each.kind() == kind).toList();
            use.put(kind, watch.use(some));
        }
        return new Result(
                scenario,
                settings,
                tally,
                Largest.of(stage.inForce().accounts(), oracle),
                use,
                watch.longestPause(),
                stage.counts(),
                stage.log(),
                stage.violations());
    }

    private static <T> T await(Future<T> future, Duration atMost) {
        try {
            return future.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("the load is not over after " + atMost, e);
        }
    }
}
