package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.MemberId;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.GroupOperation;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A founding that this node proposed, until it has started. */
final class FoundingRound {
    private final GroupId group;
    private final List<Link.Peer> participants;
    private final long since;
    private final Map<Link.Peer, GroupFrame.Accept> accepts = new LinkedHashMap<>();
    private final Map<Link.Peer, GroupFrame.Copy> copies = new LinkedHashMap<>();

    /**
     * A round in which nobody has answered.
     *
     * @param group to be founded
     * @param participants who must agree, all of them
     * @param now the present instant, nanoseconds
     */
    FoundingRound(GroupId group, List<Link.Peer> participants, long now) {
        this.group = group;
        this.participants = participants;
        this.since = now;
    }

    GroupId group() {
        return group;
    }

    List<Link.Peer> participants() {
        return participants;
    }

    /** When it began; instant, nanoseconds. */
    long since() {
        return since;
    }

    /** Takes an acceptance; returns whether that was the last one. */
    boolean accept(Link.Peer from, GroupFrame.Accept accept) {
        return accept.group().equals(group)
                && participants.contains(from)
                && accepts.put(from, accept) == null
                && isAccepted();
    }

    /** Takes what a participant knows; returns whether that was the last one. */
    boolean copy(Link.Peer from, GroupFrame.Copy copy) {
        return copy.group().equals(group)
                && isAccepted()
                && participants.contains(from)
                && copies.put(from, copy) == null
                && copies.size() == participants.size();
    }

    /** Whether everybody has left the older groups, so that the second round may begin. */
    boolean isAccepted() {
        return accepts.size() == participants.size();
    }

    /** Who has not answered in the present round. */
    List<Link.Peer> missing() {
        Map<Link.Peer, ?> answers = isAccepted() ? copies : accepts;
        return participants.stream().filter(peer -> !answers.containsKey(peer)).toList();
    }

    /**
     * What all are told in the end.
     *
     * @param names all voters, sorted
     */
    GroupFrame.Start start(List<String> names) {
        boolean first =
                participants.size() == names.size() && accepts.values().stream().noneMatch(GroupFrame.Accept::marked);
        int share = names.size() == 2 && participants.size() == 1 ? 2 : 1;
        boolean roundUp = group.proposer().name().equals(names.getFirst());
        GroupFrame.Copy best = best();
        byte[] state = best == null || best.state() == null ? new byte[0] : best.state();
        List<MemberId> initial = accepts.values().stream()
                .map(GroupFrame.Accept::member)
                .sorted()
                .toList();
        byte[] found = GroupCodec.encode(new GroupOperation.Found(state, !first, share, roundUp));
        return new GroupFrame.Start(group, initial, share, found);
    }

    /** The youngest. Of a state of unknown age nothing is known. */
    private GroupFrame.@Nullable Copy best() {
        return copies.values().stream()
                .filter(copy -> copy.state() != null)
                .min(Comparator.comparingLong(GroupFrame.Copy::ageNanos))
                .orElse(null);
    }
}
