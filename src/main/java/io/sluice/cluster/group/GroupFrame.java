package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.MemberId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What nodes say to one another about the group. Any of it may be lost, repeated, or come late. */
sealed interface GroupFrame {
    /**
     * A message of the log.
     *
     * @param group whose log; anyone else drops it
     * @param to for whom; another identity of the same node drops it
     * @param message the log's own
     */
    record LogMessage(GroupId group, MemberId to, byte[] message) implements GroupFrame {}

    /**
     * A node's renewal, to whoever may lead.
     *
     * @param renewal its bytes
     */
    record Renew(byte[] renewal) implements GroupFrame {}

    /**
     * The group's answer.
     *
     * @param answer its bytes
     */
    record Answered(byte[] answer) implements GroupFrame {}

    /**
     * A renewal went to somebody who does not lead.
     *
     * @param incarnation the client's
     * @param sequence the renewal's
     * @param leader name of who is thought to lead; empty when nobody is
     */
    record NotLeader(long incarnation, long sequence, String leader) implements GroupFrame {}

    /**
     * How a voter stands; sent several times a second.
     *
     * @param names its configured voters: all must agree on them
     * @param newest the newest group it ever accepted or belonged to
     * @param marked whether it ever belonged to a group, also before its present run
     * @param bound the group to which it belongs; {@link GroupId#NONE} for none
     * @param living whether that group committed something within the last second, as far as this node has it
     * @param leads whether it leads that group
     * @param leader name of who leads it, as far as is known; empty for nobody
     * @param share of each limit that group may use, as 1 / share
     * @param applied index of the last operation it applied
     * @param checkIndex index of its last checkpoint
     * @param checkHash hash of its state there
     * @param initial the members with which that group was founded
     * @param members the members of that group now
     * @param voters those of them who vote
     * @param view the voting nodes it is connected to, and itself
     */
    record Status(
            List<String> names,
            GroupId newest,
            boolean marked,
            GroupId bound,
            boolean living,
            boolean leads,
            String leader,
            int share,
            long applied,
            long checkIndex,
            long checkHash,
            List<MemberId> initial,
            List<MemberId> members,
            List<MemberId> voters,
            List<Link.Peer> view)
            implements GroupFrame {}

    /**
     * First round of a founding: leave whatever group you belong to, for good.
     *
     * @param group to be founded
     * @param participants who shall found it
     */
    record Propose(GroupId group, List<Link.Peer> participants) implements GroupFrame {}

    /**
     * Its answer: the older group was left, and that is on disk.
     *
     * @param group that was proposed
     * @param member identity under which this node will take part
     * @param marked whether it ever belonged to a group before
     */
    record Accept(GroupId group, MemberId member, boolean marked) implements GroupFrame {}

    /**
     * Second round: everybody has left the older groups; tell what you know.
     *
     * @param group to be founded
     */
    record Collect(GroupId group) implements GroupFrame {}

    /**
     * Its answer, from a node that did not take its acceptance back.
     *
     * @param group to be founded
     * @param ageNanos how old the state may be at most; {@link Long#MAX_VALUE} when that is not known
     * @param state what is known, in the form of {@link io.sluice.domain.lease.GroupOperation.Found#known}; null for nothing
     */
    record Copy(GroupId group, long ageNanos, byte @Nullable [] state) implements GroupFrame {}

    /**
     * The group begins.
     *
     * @param group that was accepted by everybody
     * @param initial its members
     * @param share of each limit it may use, as 1 / share
     * @param found its first operation, the same for everybody
     */
    record Start(GroupId group, List<MemberId> initial, int share, byte[] found) implements GroupFrame {}

    /**
     * A node asks the leader to be taken in.
     *
     * @param group it wants to belong to
     * @param member identity under which it already listens
     */
    record Join(GroupId group, MemberId member) implements GroupFrame {}
}
