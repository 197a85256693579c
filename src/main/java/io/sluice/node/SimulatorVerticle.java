package io.sluice.node;

import io.sluice.simulator.Simulator;
import io.sluice.simulator.SimulatorOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** The built-in simulated provider as a part of a node. Its verticles are children of this one, and stop with it. */
final class SimulatorVerticle extends VerticleBase {
    private final SimulatorOptions options;

    SimulatorVerticle(SimulatorOptions options) {
        this.options = options;
    }

    @Override
    public Future<?> start() {
        return Simulator.start(vertx, options);
    }
}
