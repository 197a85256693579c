package io.sluice.simulator;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running simulated provider. Thread-safe. Besides the providers' paths it serves {@code /sim/*} for scripts and
 * {@code /oracle}, to clients on this machine only.
 */
public final class Simulator {
    private static final Logger LOG = LoggerFactory.getLogger(Simulator.class);

    private final Vertx vertx;
    private final List<SimulatorServer> servers = new CopyOnWriteArrayList<>();
    private final List<String> deployments = new CopyOnWriteArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile int port;

    private Simulator(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Starts a simulated provider.
     *
     * @param vertx whose event loops it uses; stays the caller's
     * @param options how
     * @return the provider once it listens; fails when the port cannot be had or the certificate cannot be read
     */
    public static Future<Simulator> start(Vertx vertx, SimulatorOptions options) {
        long origin = System.nanoTime();
        Simulation simulation =
                new Simulation(options.window().toNanos(), () -> System.nanoTime() - origin, options.script());
        Simulator simulator = new Simulator(vertx);
        simulator.port = options.port();
        Future<Void> deployed = Future.succeededFuture();
        for (int i = 0; i < options.eventLoops(); i++) {
            SimulatorServer server = new SimulatorServer(options, simulation, duration -> simulator
                    .refuseFor(duration)
                    .onFailure(failure -> LOG.error("the simulated provider cannot listen again", failure)));
            deployed = deployed.compose(previous -> simulator.deploy(server));
        }
        return deployed.compose(done -> simulator.listen())
                .map(simulator)
                .recover(failure -> simulator.stop().transform(done -> Future.failedFuture(failure)));
    }

    private Future<Void> deploy(SimulatorServer server) {
        return vertx.deployVerticle(server, new DeploymentOptions().setThreadingModel(ThreadingModel.EVENT_LOOP))
                .onSuccess(id -> {
                    servers.add(server);
                    deployments.add(id);
                })
                .mapEmpty();
    }

    /** One after the other: the first may pick the port that the others share. */
    private Future<Void> listen() {
        Future<Void> listening = Future.succeededFuture();
        for (SimulatorServer server : servers) {
            listening = listening.compose(previous ->
                    server.listen(port).onSuccess(bound -> port = bound).mapEmpty());
        }
        return listening;
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /**
     * Goes away as a crashed provider does: closes the port and every connection, and listens again later.
     *
     * @param duration how long connections are refused
     * @return when it listens again
     */
    public Future<Void> refuseFor(Duration duration) {
        return close().compose(closed -> vertx.timer(duration.toMillis() + 1, TimeUnit.MILLISECONDS))
                .compose(waited -> stopped.get() ? Future.succeededFuture() : listen());
    }

    private Future<Void> close() {
        return Future.join(servers.stream().map(SimulatorServer::close).toList())
                .mapEmpty();
    }

    /** Stops; every connection is closed. */
    public Future<Void> stop() {
        if (!stopped.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return Future.join(deployments.stream().map(vertx::undeploy).toList()).mapEmpty();
    }
}
