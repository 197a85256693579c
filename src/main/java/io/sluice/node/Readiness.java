package io.sluice.node;

import io.sluice.message.GroupStatus;
import io.sluice.message.ReadinessChanged;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether load balancers should send traffic: everything stands, no drain has begun, and, in a cluster, leases can be had.
 * Says so once for each change. On any thread.
 *
 * <pre>
 *   starting ──serving──▶ ready ◀──leases──▶ "no quorum", "waiting for members", …
 *                          │                         │
 *                          └────────▶ draining ◀─────┘     for good
 * </pre>
 */
final class Readiness {
    private final Consumer<ReadinessChanged> listener;
    private boolean serving;
    private boolean draining;
    private String groupReason;
    private @Nullable ReadinessChanged told;

    /**
     * Not ready: starting.
     *
     * @param clustered whether leases come from a group of nodes, which has not been heard of yet
     * @param listener hears of every change; called with this object's lock held
     */
    Readiness(boolean clustered, Consumer<ReadinessChanged> listener) {
        this.groupReason = clustered ? "waiting for the quota group" : "";
        this.listener = listener;
    }

    /** Everything stands. */
    synchronized void serving() {
        serving = true;
        tell();
    }

    /**
     * The drain begins.
     *
     * @return whether the node was ready until now
     */
    synchronized boolean draining() {
        boolean wasReady = told != null && told.ready();
        draining = true;
        tell();
        return wasReady;
    }

    /** How the quota group stands now. */
    synchronized void group(GroupStatus status) {
        groupReason = status.grants() ? "" : status.reason().isEmpty() ? "no leases" : status.reason();
        tell();
    }

    private void tell() {
        if (!serving && !draining) {
            return;
        }
        String reason = draining ? "draining" : groupReason;
        ReadinessChanged now = new ReadinessChanged(reason.isEmpty(), reason);
        if (!now.equals(told)) {
            told = now;
            listener.accept(now);
        }
    }
}
