package io.sluice.metrics;

import io.sluice.message.ClusterView;
import io.sluice.message.GroupStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the cluster stands, as this node sees it. A node that is alone has none of these meters: an alarm on a group that
 * cannot grant must not ring where there is none. Safe on any thread.
 */
public final class ClusterMetrics {
    private final Meters meters;
    private @Nullable RowGauge role;
    private volatile @Nullable GroupStatus group;
    private volatile @Nullable ClusterView view;

    ClusterMetrics(Meters meters) {
        this.meters = meters;
    }

    /** The quota group stands so now. Called by one thread. */
    public void group(GroupStatus status) {
        boolean first = group == null;
        group = status;
        if (first) {
            meters.gauge("sluice.quota.group.grants", "1 when leases can be had", () -> now().grants() ? 1 : 0);
            meters.gauge("sluice.quota.group.members", "members of the quota group", () -> now().members()
                    .size());
            meters.gauge("sluice.quota.group.voters", "names that may vote, by configuration", () -> now().voters()
                    .size());
            role = meters.gauges("sluice.quota.group.role", "always 1; this node's role is the label");
        }
        if (role != null) {
            role.set(List.of(RowGauge.Row.of(() -> 1, "role", status.role())));
        }
    }

    /** The members are these now. Called by one thread. */
    public void view(ClusterView latest) {
        boolean first = view == null;
        view = latest;
        if (first) {
            meters.gauge("sluice.cluster.members", "nodes in the cluster", () -> seen().members()
                    .size());
            meters.gauge(
                    "sluice.cluster.revision.drift",
                    "1 when members have different configuration revisions",
                    () -> seen().drift() ? 1 : 0);
        }
    }

    private GroupStatus now() {
        GroupStatus known = group;
        return known != null ? known : new GroupStatus(false, "", "", "", "", List.of(), List.of());
    }

    private ClusterView seen() {
        ClusterView known = view;
        return known != null ? known : new ClusterView(List.of(), false);
    }
}
