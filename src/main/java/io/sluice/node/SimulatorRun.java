package io.sluice.node;

import io.sluice.simulator.Simulator;
import io.sluice.simulator.SimulatorOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.ExecutionException;

/** A simulated provider as a process of its own. Blocks; for the command line only. */
public final class SimulatorRun implements AutoCloseable {
    private final Vertx vertx;
    private final Simulator simulator;

    private SimulatorRun(Vertx vertx, Simulator simulator) {
        this.vertx = vertx;
        this.simulator = simulator;
    }

    /**
     * Starts it.
     *
     * @throws StartFailure when it cannot, for example because its port is in use
     */
    public static SimulatorRun start(SimulatorOptions options) throws StartFailure, InterruptedException {
        Ports.check(options.host(), options.port(), "simulator", "--port N");
        Vertx vertx = Node.vertx(options.eventLoops());
        try {
            return new SimulatorRun(vertx, await(Simulator.start(vertx, options)));
        } catch (ExecutionException e) {
            vertx.close();
            throw new StartFailure("the simulated provider did not start: " + e.getCause());
        }
    }

    /** The port it listens on. */
    public int port() {
        return simulator.port();
    }

    @Override
    public void close() throws ExecutionException, InterruptedException {
        try {
            await(simulator.stop());
        } finally {
            // Apart from it: what is composed with a future of an event loop is never told once that loop has ended.
            await(vertx.close());
        }
    }

    private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException {
        return future.toCompletionStage().toCompletableFuture().get();
    }
}
