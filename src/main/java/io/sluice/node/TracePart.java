package io.sluice.node;

import io.sluice.trace.Tracing;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;

/** Traces, where there are any: what waits is sent at the end. */
final class TracePart {
    private TracePart() {}

    static List<Deployable> verticles(NodeShared node) {
        Tracing tracing = node.tracing;
        return tracing == null ? List.of() : List.of(new Closing(tracing));
    }

    /** Closes at its stop. */
    private static final class Closing extends VerticleBase {
        private final Tracing tracing;

        Closing(Tracing tracing) {
            this.tracing = tracing;
        }

        @Override
        public Future<?> stop() {
            return vertx.executeBlocking(() -> {
                tracing.close();
                return tracing;
            });
        }
    }
}
