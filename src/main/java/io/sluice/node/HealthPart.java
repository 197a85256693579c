package io.sluice.node;

import io.sluice.health.HealthSetup;
import io.sluice.health.HealthVerticle;
import io.vertx.core.Deployable;
import java.util.List;
import java.util.SplittableRandom;

/** How the accounts of the pool stand. */
final class HealthPart {
    private HealthPart() {}

    static List<Deployable> verticles(NodeShared node) {
        return List.of(new HealthVerticle(new HealthSetup(
                node.initial,
                node.config.name(),
                node.origin(),
                node.config.lanes(),
                node.config.data(),
                node.nanoClock,
                node.clock,
                new SplittableRandom())));
    }
}
