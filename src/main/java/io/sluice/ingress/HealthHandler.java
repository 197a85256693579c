package io.sluice.ingress;

import io.sluice.message.ReadinessChanged;
import io.vertx.core.buffer.Buffer;

/** The two health words on the traffic port, for load balancers. */
final class HealthHandler {
    private ReadinessChanged readiness = new ReadinessChanged(false, "starting");

    void changed(ReadinessChanged change) {
        readiness = change;
    }

    /** {@code GET /health/live}: the event loop that answers turns. */
    void live(Incoming incoming) {
        Answers.json(incoming, 200, Buffer.buffer("{\"status\":\"live\"}"));
    }

    /** {@code GET /health/ready}. */
    void ready(Incoming incoming) {
        if (readiness.ready()) {
            Answers.json(incoming, 200, Buffer.buffer("{\"status\":\"ready\"}"));
        } else {
            String reason = ErrorAnswer.quoted(readiness.reason());
            Answers.json(incoming, 503, Buffer.buffer("{\"status\":\"not ready\",\"reason\":" + reason + "}"));
        }
    }
}
