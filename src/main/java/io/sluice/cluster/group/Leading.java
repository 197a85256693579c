package io.sluice.cluster.group;

import io.sluice.cluster.raft.Loop;
import io.sluice.cluster.raft.QuotaLog;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.ClientId;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.GroupOperation;
import io.sluice.domain.lease.Renewal;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a leader does: joins the renewals of all nodes into one operation, stamps how much time passed since the last one,
 * and sends the answers when it was committed. Lives for one leadership.
 *
 * <p>Time begins with the leadership and is stamped only into what the log accepts. So what passed between two leaders is
 * never counted, and nothing is counted twice: a follower holds an entry only after it was stamped.
 */
final class Leading {
    /** Renewals are joined for so long. */
    static final long TICK = TimeUnit.MILLISECONDS.toNanos(25);

    /** Something is proposed at least this often, so that everyone sees that the group lives and can follow it. */
    static final long IDLE = TimeUnit.MILLISECONDS.toNanos(200);

    private static final int MOST_CLIENTS = 4096;
    private static final int MOST_RENEWALS = 128;
    private static final int MOST_SCOPES = 16_384;
    private static final int MOST_IN_FLIGHT = 16;

    /** Takes answers. */
    @FunctionalInterface
    interface Sender {
        /**
         * Sends an answer.
         *
         * @param node name of the node that asked
         * @param answer for it
         */
        void send(String node, Answer answer);
    }

    /**
     * A renewal that waits for its tick.
     *
     * @param node name of who sent it
     * @param renewal its content
     */
    private record Waiting(String node, Renewal renewal) {}

    private final Loop loop;
    private final QuotaLog log;
    private final GroupReplica replica;
    private final ZoneDays days;
    private final Sender sender;
    private final byte @Nullable [] found;
    private final Map<ClientId, Waiting> waiting = new LinkedHashMap<>();
    private final Map<ClientId, Long> proposed = new HashMap<>();
    private Loop.@Nullable Timer timer;
    private boolean ended;
    private boolean began;
    private long base;
    private long last;
    private int inFlight;
    private long lastCommit;
    private boolean committed;

    /**
     * Begins with the leadership.
     *
     * @param loop where it runs
     * @param log what to propose to
     * @param replica this member's copy
     * @param days tells the days
     * @param sender takes the answers
     * @param found the group's first operation; null for a member that came later
     */
    Leading(Loop loop, QuotaLog log, GroupReplica replica, ZoneDays days, Sender sender, byte @Nullable [] found) {
        this.loop = loop;
        this.log = log;
        this.replica = replica;
        this.days = days;
        this.sender = sender;
        this.found = found;
        this.base = loop.nanos();
        this.last = base;
        this.lastCommit = base;
        // Not at once: the log tells of a new role from inside of its own work, and accepts nothing there.
        wake(0);
    }

    /** When the last operation of this leadership was committed, or the leadership began; instant, nanoseconds. */
    long lastCommit() {
        return lastCommit;
    }

    /** Whether this leadership has committed anything: then its replica holds all that any leader before it committed. */
    boolean hasCommitted() {
        return committed;
    }

    /** Takes a renewal. One that is already on its way is not taken again. */
    void offer(String node, Renewal renewal) {
        Long sequence = proposed.get(renewal.client());
        if (sequence != null && sequence == renewal.sequence()
                || waiting.size() >= MOST_CLIENTS && !waiting.containsKey(renewal.client())) {
            return;
        }
        waiting.put(renewal.client(), new Waiting(node, renewal));
        long due = last + TICK - loop.nanos();
        if (due <= 0) {
            tick();
        } else {
            wake(due);
        }
    }

    /** Leads no more: what was not answered is repeated by the nodes. */
    void end() {
        ended = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    private void tick() {
        if (ended) {
            return;
        }
        long now = loop.nanos();
        if (!replica.isFounded()) {
            beginWith(now);
        } else {
            if (!began) {
                began = true;
                base = Math.max(base - now, replica.appliedAt() - now) + now;
            }
            if (inFlight < MOST_IN_FLIGHT && (!waiting.isEmpty() || now - last >= IDLE)) {
                propose(now);
            }
        }
        wake(waiting.isEmpty() ? IDLE : TICK);
    }

    private void wake(long delay) {
        if (timer != null) {
            timer.cancel();
        }
        timer = loop.schedule(delay, this::tick);
    }

    private void beginWith(long now) {
        if (found != null && now - last >= (inFlight == 0 ? 0 : IDLE)) {
            last = now;
            follow(log.propose(found), List.of());
        }
    }

    private void propose(long now) {
        List<Waiting> taken = take();
        GroupOperation.Batch batch = new GroupOperation.Batch(
                now - base,
                days.of(replica.zones()),
                taken.stream().map(Waiting::renewal).toList());
        Future<List<Answer>> outcome = log.propose(GroupCodec.encode(batch));
        last = now;
        if (outcome.failed()) {
            // It will never be committed: its time is added to the next one.
            return;
        }
        base = now;
        taken.forEach(one -> proposed.put(one.renewal.client(), one.renewal.sequence()));
        follow(outcome, taken);
    }

    private void follow(Future<List<Answer>> outcome, List<Waiting> taken) {
        inFlight++;
        outcome.onComplete(done -> {
            inFlight--;
            taken.forEach(one -> proposed.remove(one.renewal.client(), one.renewal.sequence()));
            if (done.succeeded()) {
                committed = true;
                lastCommit = loop.nanos();
                answer(taken, done.result());
            }
        });
    }

    private void answer(List<Waiting> taken, List<Answer> answers) {
        Map<ClientId, String> nodes = new HashMap<>();
        taken.forEach(one -> nodes.put(one.renewal.client(), one.node));
        for (Answer answer : answers) {
            String node = nodes.get(answer.client());
            if (node != null) {
                sender.send(node, answer);
            }
        }
    }

    /** The next batch, oldest first, bounded. */
    private List<Waiting> take() {
        List<Waiting> taken = new ArrayList<>();
        int scopes = 0;
        Iterator<Waiting> all = waiting.values().iterator();
        while (all.hasNext() && taken.size() < MOST_RENEWALS) {
            Waiting next = all.next();
            scopes += next.renewal.statements().size()
                    + next.renewal.definitions().size();
            if (scopes > MOST_SCOPES && !taken.isEmpty()) {
                break;
            }
            all.remove();
            taken.add(next);
        }
        return taken;
    }
}
