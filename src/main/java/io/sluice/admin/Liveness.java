package io.sluice.admin;

import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Heartbeat;
import io.vertx.core.Vertx;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.time.Duration;

/** Whether the event loops turn: one check a lane, that its ingress answers a heartbeat in time. */
final class Liveness {
    /** Far more than a loop under load needs, and less than any prober waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private Liveness() {}

    static HealthChecks checks(Vertx vertx, int lanes) {
        Bus bus = new Bus(vertx, PATIENCE);
        HealthChecks checks = HealthChecks.create(vertx);
        for (int i = 0; i < lanes; i++) {
            int lane = i;
            // The bus ends a check that hangs; the check's own time limit is only behind it.
            checks.register("lane " + lane, 2 * PATIENCE.toMillis(), status -> bus.request(
                            Address.heartbeat(lane), new Heartbeat(lane))
                    .map(beat -> Status.OK())
                    .otherwise(cause -> Status.KO())
                    .onComplete(status));
        }
        return checks;
    }
}
