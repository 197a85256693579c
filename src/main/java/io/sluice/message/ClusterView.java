package io.sluice.message;

import java.util.List;

/**
 * Who is in the cluster, as this node sees it. Published to {@link Address#CLUSTER_VIEW} at every change; only on a node of
 * a cluster.
 *
 * @param members every member, this node among them, by name
 * @param drift whether members have different configuration revisions
 */
public record ClusterView(List<Member> members, boolean drift) {
    /** Copies the list. */
    public ClusterView {
        members = List.copyOf(members);
    }

    /**
     * One running node.
     *
     * @param name of the node
     * @param incarnation drawn at random at its start, hexadecimal
     * @param address where the cluster reaches it
     * @param version of the program
     * @param revision id of its configuration revision
     * @param voter whether its name votes in the quota group
     * @param self whether it is this node
     */
    public record Member(
            String name,
            String incarnation,
            String address,
            String version,
            String revision,
            boolean voter,
            boolean self) {}
}
