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
import org.jspecify.annotations.Nullable;
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
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile @Nullable String deployment;
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
        DeploymentOptions deployment = new DeploymentOptions()
                .setThreadingModel(ThreadingModel.EVENT_LOOP)
                .setInstances(options.eventLoops());
        return vertx.deployVerticle(() -> simulator.server(options, simulation), deployment)
                .compose(id -> {
                    simulator.deployment = id;
                    return simulator.listen(options.port() == 0 ? anyPort(id) : options.port());
                })
                .map(simulator)
                .recover(failure -> simulator.stop().transform(done -> Future.failedFuture(failure)));
    }

    private SimulatorServer server(SimulatorOptions options, Simulation simulation) {
        SimulatorServer server = new SimulatorServer(options, simulation, this::refuseUnwatched);
        servers.add(server);
        return server;
    }

    private void refuseUnwatched(Duration duration) {
        refuseFor(duration).onFailure(failure -> LOG.error("the simulated provider cannot listen again", failure));
    }

    /** Servers that listen on the same negative port share one free port: each simulator needs a number of its own. */
    private static int anyPort(String deployment) {
        return -1 - (deployment.hashCode() & Integer.MAX_VALUE >> 1);
    }

    private Future<Void> listen(int asked) {
        Future<Integer> listening = Future.succeededFuture(asked);
        for (SimulatorServer server : servers) {
            listening = listening.compose(previous -> server.listen(asked));
        }
        return listening.onSuccess(bound -> port = bound).mapEmpty();
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
                .compose(waited -> stopped.get() ? Future.succeededFuture() : listen(port));
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
        String deployed = deployment;
        return deployed == null ? Future.succeededFuture() : vertx.undeploy(deployed);
    }
}
