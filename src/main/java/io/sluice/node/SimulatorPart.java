package io.sluice.node;

import io.sluice.config.NodeConfig.SimulatorConfig;
import io.sluice.simulator.InvalidScriptException;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.simulator.SimulatorScript;
import io.vertx.core.Deployable;
import java.nio.file.Path;
import java.util.List;

/** The built-in simulated provider. */
final class SimulatorPart {
    private SimulatorPart() {}

    static List<Deployable> verticles(NodeShared node) throws StartFailure {
        SimulatorConfig config = node.config.simulator();
        return config == null ? List.of() : List.of(new SimulatorVerticle(options(config)));
    }

    private static SimulatorOptions options(SimulatorConfig config) throws StartFailure {
        SimulatorOptions options = SimulatorOptions.onPort(config.port());
        Path script = config.script();
        if (script == null) {
            return options;
        }
        try {
            return options.withScript(SimulatorScript.load(script));
        } catch (InvalidScriptException e) {
            throw new StartFailure(String.valueOf(e.getMessage()));
        }
    }
}
