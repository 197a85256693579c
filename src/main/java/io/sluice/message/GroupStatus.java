package io.sluice.message;

import java.util.List;

/**
 * How the quota group stands, as this node sees it. Published to {@link Address#GROUP_STATUS} at every change and each
 * second.
 *
 * @param grants whether leases can be had: a leader answers
 * @param reason why not, for an operator, for example {@code no quorum}, {@code waiting for members}; empty when they can
 * @param group identity of the group; empty when there is none
 * @param leader name of the leading node; empty when there is none
 * @param role of this node: leader, follower, learner, candidate, or client when it does not vote
 * @param voters names that may vote, by configuration
 * @param members names in the group now
 */
public record GroupStatus(
        boolean grants,
        String reason,
        String group,
        String leader,
        String role,
        List<String> voters,
        List<String> members) {
    /** Copies the lists. */
    public GroupStatus {
        voters = List.copyOf(voters);
        members = List.copyOf(members);
    }
}
