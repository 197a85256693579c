package io.sluice.cluster.group;

import io.sluice.cluster.raft.Loop;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.GroupFormatException;
import io.sluice.domain.lease.QuotaGroup;
import io.sluice.domain.lease.Renewal;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The ways of renewals and answers: this node's own to the leader and back, other nodes' to this one while it leads, and
 * those of nodes that cannot reach the leader but this one.
 */
final class RenewalRoutes {
    /** Sends frames to other nodes. */
    @FunctionalInterface
    interface Sender {
        /**
         * Sends; never blocks.
         *
         * @return false when nobody of that name is connected
         */
        boolean send(String to, GroupFrame frame);
    }

    private final String self;
    private final List<String> names;
    private final Supplier<@Nullable GroupMember> member;
    private final Supplier<String> leader;
    private final Sender sender;
    private final GroupClient client;

    /**
     * Nothing is on its way.
     *
     * @param self name of this node
     * @param names of the voters
     * @param loop where everything runs
     * @param member this node's part in the group; null while it has none
     * @param leader name of who leads; empty for nobody
     * @param sender sends frames
     */
    RenewalRoutes(
            String self,
            List<String> names,
            Loop loop,
            Supplier<@Nullable GroupMember> member,
            Supplier<String> leader,
            Sender sender) {
        this.self = self;
        this.names = names;
        this.member = member;
        this.leader = leader;
        this.sender = sender;
        this.client = new GroupClient(loop, names, leader, this::sendOwn);
    }

    /** Asks the group for this node. */
    Future<Answer> ask(Renewal renewal) {
        return client.ask(renewal);
    }

    /** Somebody else leads now. */
    void leaderChanged() {
        client.leaderChanged();
    }

    /** Whether this node's renewal waits for longer than this. */
    boolean waitsLongerThan(long nanos) {
        return client.waitsLongerThan(nanos);
    }

    /** How old a copy may be at most, nanoseconds; {@link Long#MAX_VALUE} when that is not known. */
    long age(QuotaGroup copy) {
        return client.age(copy);
    }

    void close() {
        client.close();
    }

    /** A renewal of another node, or brought by a voter for a node that cannot reach this one. */
    void renew(String from, GroupFrame.Renew frame) throws GroupFormatException {
        Renewal renewal = GroupCodec.decodeRenewal(frame.renewal());
        String node = renewal.client().node();
        boolean own = node.equals(from);
        if (!own && !names.contains(from) || offer(from, renewal) || !own) {
            return;
        }
        // Brought to the leader for it, but only once: the leader may be mistaken itself.
        String known = leader.get();
        if (!known.isEmpty() && !known.equals(self) && !known.equals(node)) {
            sender.send(known, frame);
        }
        sender.send(node, new GroupFrame.NotLeader(renewal.client().incarnation(), renewal.sequence(), known));
    }

    /** Somebody does not lead. */
    void notLeader(GroupFrame.NotLeader hint) {
        client.notLeader(hint.incarnation(), hint.sequence(), hint.leader());
    }

    /**
     * An answer, for this node or for one that it brought a renewal of.
     *
     * @return whether it was for this node
     */
    boolean answer(Answer answer) {
        String node = answer.client().node();
        if (node.equals(self)) {
            client.answered(answer);
            return true;
        }
        sender.send(node, new GroupFrame.Answered(GroupCodec.encode(answer)));
        return false;
    }

    private boolean sendOwn(String node, Renewal renewal, byte[] bytes) {
        return node.equals(self) ? offer(self, renewal) : sender.send(node, new GroupFrame.Renew(bytes));
    }

    private boolean offer(String from, Renewal renewal) {
        GroupMember mine = member.get();
        return mine != null && mine.offer(from, renewal);
    }
}
