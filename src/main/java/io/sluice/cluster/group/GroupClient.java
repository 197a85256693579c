package io.sluice.cluster.group;

import io.sluice.cluster.raft.Loop;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.ClientId;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.QuotaGroup;
import io.sluice.domain.lease.Renewal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's way to the group: sends its renewal to whoever leads, and repeats it unchanged until it was answered. So each
 * is taken exactly once, whatever is lost, and the one who asks only waits.
 */
final class GroupClient {
    /** A renewal that was not answered for so long is sent again. */
    static final long ASK_AGAIN = TimeUnit.MILLISECONDS.toNanos(150);

    private static final int REMEMBERED = 128;

    /** Sends renewals. */
    @FunctionalInterface
    interface Sender {
        /**
         * Sends a renewal.
         *
         * @param node name of a voter, also this node's own
         * @param renewal what it says
         * @param bytes the same
         * @return false when that node cannot have it: nobody of that name is connected, or it is this one and does not lead
         */
        boolean send(String node, Renewal renewal, byte[] bytes);
    }

    /**
     * When a renewal was first sent.
     *
     * @param client whose it was
     * @param sequence its number
     * @param at instant, nanoseconds
     */
    private record Sent(ClientId client, long sequence, long at) {}

    /** The renewal that waits for its answer. */
    private static final class Outstanding {
        private final Renewal renewal;
        private final byte[] bytes;
        private final long since;
        private final Promise<Answer> answer = Promise.promise();
        private int tries;
        private boolean hinted;

        Outstanding(Renewal renewal, long since) {
            this.renewal = renewal;
            this.bytes = GroupCodec.encode(renewal);
            this.since = since;
        }
    }

    private final Loop loop;
    private final List<String> voters;
    private final Supplier<String> leader;
    private final Sender sender;
    private final Deque<Sent> sent = new ArrayDeque<>();
    private @Nullable Outstanding outstanding;
    private Loop.@Nullable Timer timer;
    private int next;
    private long answeredAt;

    /**
     * A client that has not asked yet.
     *
     * @param loop where it runs
     * @param voters names of those who may lead
     * @param leader name of who is thought to lead; empty for nobody
     * @param sender sends renewals
     */
    GroupClient(Loop loop, List<String> voters, Supplier<String> leader, Sender sender) {
        this.loop = loop;
        this.voters = voters;
        this.leader = leader;
        this.sender = sender;
        this.answeredAt = loop.nanos();
    }

    /**
     * Asks the group. Another renewal takes the place of one that waits.
     *
     * @return its answer, whenever there is one
     */
    Future<Answer> ask(Renewal renewal) {
        Outstanding before = outstanding;
        if (before != null
                && before.renewal.client().equals(renewal.client())
                && before.renewal.sequence() == renewal.sequence()) {
            return before.answer.future();
        }
        long now = loop.nanos();
        Outstanding asked = new Outstanding(renewal, now);
        outstanding = asked;
        sent.addFirst(new Sent(renewal.client(), renewal.sequence(), now));
        if (sent.size() > REMEMBERED) {
            sent.removeLast();
        }
        send(asked);
        return asked.answer.future();
    }

    /** An answer came; one that nobody waits for is dropped. */
    void answered(Answer answer) {
        Outstanding asked = outstanding;
        if (asked == null
                || !asked.renewal.client().equals(answer.client())
                || asked.renewal.sequence() != answer.sequence()) {
            return;
        }
        outstanding = null;
        answeredAt = loop.nanos();
        cancel();
        asked.answer.complete(answer);
    }

    /** Somebody who does not lead says who does. */
    void notLeader(long incarnation, long sequence, String hint) {
        Outstanding asked = outstanding;
        if (asked != null
                && asked.renewal.client().incarnation() == incarnation
                && asked.renewal.sequence() == sequence
                && !asked.hinted
                && voters.contains(hint)) {
            asked.hinted = true;
            sender.send(hint, asked.renewal, asked.bytes);
        }
    }

    /** Somebody else leads now: asks there at once. */
    void leaderChanged() {
        Outstanding asked = outstanding;
        if (asked != null && !leader.get().isEmpty()) {
            asked.tries = 0;
            send(asked);
        }
    }

    /** Whether a renewal waits for longer than this. */
    boolean waitsLongerThan(long nanos) {
        Outstanding asked = outstanding;
        return asked != null && loop.nanos() - Math.max(asked.since, answeredAt) > nanos;
    }

    /**
     * How old a copy of the group may be at most: it holds what this node said then.
     *
     * @return nanoseconds; {@link Long#MAX_VALUE} when it holds nothing that this node remembers
     */
    long age(QuotaGroup copy) {
        Iterator<Sent> newestFirst = sent.iterator();
        while (newestFirst.hasNext()) {
            Sent one = newestFirst.next();
            if (copy.taken(one.client) >= one.sequence) {
                return loop.nanos() - one.at;
            }
        }
        return Long.MAX_VALUE;
    }

    /** Asks nobody any more; what waits is never answered. */
    void close() {
        outstanding = null;
        cancel();
    }

    /** To the leader at first, then by turns to each voter and to the leader again. Whoever cannot be reached is left out. */
    private void send(Outstanding asked) {
        boolean toLeader = asked.tries % 2 == 0;
        asked.tries++;
        asked.hinted = false;
        cancel();
        timer = loop.schedule(ASK_AGAIN, () -> {
            if (asked == outstanding) {
                send(asked);
            }
        });
        String known = leader.get();
        boolean sent = toLeader && !known.isEmpty() && sender.send(known, asked.renewal, asked.bytes);
        for (int i = 0; i < voters.size() && !sent; i++) {
            sent = sender.send(voters.get(next++ % voters.size()), asked.renewal, asked.bytes);
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
