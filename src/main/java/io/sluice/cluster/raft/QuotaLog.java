package io.sluice.cluster.raft;

import io.sluice.domain.lease.Answer;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One member's part of an agreed log. What was committed stays committed, in the same order for everyone, as long as a
 * majority of the voters keeps running; nothing is kept on disk. Confined to its {@link Loop}.
 */
public interface QuotaLog {
    /** What a member is in the group. */
    enum Role {
        /** Proposes; at most one can commit. */
        LEADER,
        /** Asks to become the leader. */
        CANDIDATE,
        /** Votes. */
        FOLLOWER,
        /** Gets everything, and does not vote. */
        LEARNER
    }

    /** How the list of members changes. */
    enum Change {
        /** A new member that does not vote. */
        ADD,
        /** A member begins to vote. */
        PROMOTE,
        /** A member leaves. */
        REMOVE
    }

    /**
     * How a member sees its group.
     *
     * @param role its own
     * @param leader who leads; null while nobody is known to
     * @param members everyone in the group
     * @param voters those of them who vote
     * @param running false once it was removed or closed
     */
    record Standing(
            Role role, @Nullable MemberId leader, List<MemberId> members, List<MemberId> voters, boolean running) {
        /** Copies the lists. */
        public Standing {
            members = List.copyOf(members);
            voters = List.copyOf(voters);
        }
    }

    /**
     * How far a leader's group is.
     *
     * @param committed index of the last committed entry
     * @param matched index up to which each other member is known to hold the leader's log
     */
    record Progress(long committed, Map<MemberId, Long> matched) {
        /** Copies the map. */
        public Progress {
            matched = Map.copyOf(matched);
        }
    }

    /** What the log is for. Called in the log's order; must not throw. */
    interface Replica {
        /**
         * Applies the next committed operation.
         *
         * @param index its place in the log
         * @param operation its bytes
         * @return what its proposer gets
         */
        List<Answer> apply(long index, byte[] operation);

        /**
         * Everything as bytes, equal on every member at the same index.
         *
         * @param index of the last operation in it
         */
        byte[] snapshot(long index);

        /**
         * Takes the place of everything.
         *
         * @param index of the last operation in it
         * @param snapshot what {@link #snapshot} gave, here or elsewhere
         */
        void install(long index, byte[] snapshot);

        /** The operation with which a leader begins. */
        byte[] newTerm();
    }

    /** Carries messages to other members. They may be lost, repeated and reordered. */
    @FunctionalInterface
    interface Courier {
        /** Sends; never blocks and never fails. */
        void send(MemberId to, byte[] message);
    }

    /** Hears of changes. */
    @FunctionalInterface
    interface Listener {
        /** {@link #standing()} has changed. */
        void changed();
    }

    /** Who this is. */
    MemberId self();

    /** Begins to take part. */
    void start();

    /** How this member sees the group. */
    Standing standing();

    /** How far the group is, as its leader sees it; what the others hold is empty anywhere else. */
    Progress progress();

    /**
     * Proposes the next operation.
     *
     * @return what the replica answered, when it was committed. Already failed on return when it was not accepted: it will
     *     never be committed. Fails later when that is not known
     */
    Future<List<Answer>> propose(byte[] operation);

    /**
     * Changes the list of members, one change at a time.
     *
     * @return done when it was committed
     */
    Future<Void> change(Change change, MemberId member);

    /**
     * Makes another voter the leader.
     *
     * @return done when this one leads no more
     */
    Future<Void> handOver(MemberId to);

    /**
     * Takes a message.
     *
     * @param name who sent it
     * @param incarnation its run; a message that names another sender is dropped
     * @param message what its {@link Courier} was given
     */
    void receive(String name, long incarnation, byte[] message) throws WireFormatException;

    /** Leaves for good, without a word. */
    void close();
}
