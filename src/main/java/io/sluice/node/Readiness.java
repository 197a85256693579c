package io.sluice.node;

import io.sluice.message.GroupStatus;
import io.sluice.message.LedgerState;
import io.sluice.message.ReadinessChanged;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether load balancers should send traffic: everything stands, no drain has begun, usage can be recorded, and, in a cluster,
 * leases can be had.
 * A node that votes is ready for the first time when it does: whoever restarts nodes one by one, waiting for each, must not
 * take a majority away. Says so once for each change. On any thread.
 *
 * <pre>
 *   starting ──serving──▶ ready ◀──leases──▶ "no quorum", "waiting for members", "usage cannot be recorded", …
 *                          │                         │
 *                          └────────▶ draining ◀─────┘     for good
 * </pre>
 */
final class Readiness {
    private final Consumer<ReadinessChanged> listener;
    private final String name;
    private boolean serving;
    private boolean wasReady;
    private boolean draining;
    private String groupReason;
    private String ledgerReason = "";
    private @Nullable ReadinessChanged told;

    /**
     * Not ready: starting.
     *
     * @param name of this node
     * @param clustered whether leases come from a group of nodes, which has not been heard of yet
     * @param listener hears of every change; called with this object's lock held
     */
    Readiness(String name, boolean clustered, Consumer<ReadinessChanged> listener) {
        this.name = name;
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
        if (!status.grants()) {
            groupReason = status.reason().isEmpty() ? "no leases" : status.reason();
        } else if (!wasReady && isJoining(status)) {
            groupReason = "joining the quota group";
        } else {
            groupReason = "";
        }
        tell();
    }

    /** Whether usage can be recorded now. */
    synchronized void ledger(LedgerState state) {
        ledgerReason = state.takesRequests() ? "" : "usage cannot be recorded";
        tell();
    }

    private boolean isJoining(GroupStatus status) {
        return status.voters().contains(name)
                && (status.role().equals("learner") || status.role().equals("client"));
    }

    private void tell() {
        if (!serving && !draining) {
            return;
        }
        String reason = draining ? "draining" : groupReason.isEmpty() ? ledgerReason : groupReason;
        ReadinessChanged now = new ReadinessChanged(reason.isEmpty(), reason);
        if (!now.equals(told)) {
            told = now;
            wasReady |= now.ready();
            listener.accept(now);
        }
    }
}
