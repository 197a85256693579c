package io.sluice.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import java.time.Duration;
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
        try (TestBed bed = new TestBed(settings.window(), script, random, settings.keep());
                Relay way = way(bed.provider())) {
            int port = load.providerDelay() == 0 ? bed.provider().port() : way.port();
            Cluster cluster = bed.start("", scenario.shape(), pool.gatewayYaml(port));
            bed.provider().forget();
            return measure(cluster, bed.provider());
        }
    }

    /** The way between gateway and provider when it has delays. */
    private Relay way(Provider provider) {
        Line forth = new Line(random.split());
        long nanos = (long) (scenario.load().providerDelay() * settings.guard().toNanos());
        forth.delay(Duration.ofNanos(nanos));
        return new Relay(provider.port(), forth, new Line(random.split()));
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
            tally = TestBed.await(answers, settings.length());
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
}
