package io.sluice.cluster.group;

import io.sluice.cluster.raft.Loop;
import io.sluice.cluster.raft.MemberId;
import io.sluice.cluster.raft.QuotaLog;
import io.sluice.cluster.raft.RaftQuotaLog;
import io.sluice.domain.lease.Renewal;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's part in one group, from when it enters until it leaves: its log, its copy, and what it does while it leads. */
final class GroupMember {
    private static final Logger LOG = LoggerFactory.getLogger(GroupMember.class);

    /** A member that is behind its leader and does not come nearer for so long is started anew. */
    private static final long STUCK = TimeUnit.SECONDS.toNanos(5);

    /** More operations behind than the log holds: only a snapshot can help, and it does at once or never. */
    private static final int FAR_BEHIND = 2 * RaftQuotaLog.SNAPSHOT_EVERY;

    /** Who has not asked for so long does not want it any more. */
    private static final long WANTED = TimeUnit.SECONDS.toNanos(2);

    /**
     * A node that asked to be taken in.
     *
     * @param member under which identity
     * @param at when; instant, nanoseconds
     */
    private record Wanting(MemberId member, long at) {}

    private final Loop loop;
    private final Founding.Enter entry;
    private final GroupReplica replica;
    private final QuotaLog log;
    private final ZoneDays days;
    private final Leading.Sender answers;
    private final Map<String, Wanting> wanting = new HashMap<>();
    private @Nullable Leading leading;
    private boolean changing;
    private long progressTo;
    private long progressAt;

    /**
     * Takes part at once.
     *
     * @param entry in which group, and as whom
     * @param loop where everything runs
     * @param courier carries the log's messages
     * @param answers takes the answers while this node leads
     * @param days tells the days while this node leads
     * @param random spreads elections
     */
    GroupMember(
            Founding.Enter entry,
            Loop loop,
            QuotaLog.Courier courier,
            Leading.Sender answers,
            ZoneDays days,
            Random random) {
        this.entry = entry;
        this.loop = loop;
        this.days = days;
        this.answers = answers;
        this.replica = new GroupReplica(entry.member(), loop::nanos);
        this.progressAt = loop.nanos();
        this.log = new RaftQuotaLog(
                entry.group().toString(),
                entry.member(),
                entry.initial(),
                replica,
                courier,
                this::standingChanged,
                loop,
                random);
    }

    /** Begins to take part. */
    void start() {
        LOG.atInfo()
                .addKeyValue("group", entry.group())
                .addKeyValue("member", entry.member())
                .log(entry.found() == null ? "joins the quota group" : "begins a new quota group");
        log.start();
    }

    /** How it entered. */
    Founding.Enter entry() {
        return entry;
    }

    GroupReplica replica() {
        return replica;
    }

    QuotaLog log() {
        return log;
    }

    /** What it does as the leader; null while it does not lead. */
    @Nullable
    Leading leading() {
        return leading;
    }

    /** Whether something was committed within the last second, as far as this copy has it. */
    boolean isLiving() {
        return replica.isFounded() && loop.nanos() - replica.appliedAt() <= Others.FRESH;
    }

    /** Takes a renewal; returns false when this node does not lead. */
    boolean offer(String node, Renewal renewal) {
        if (leading == null) {
            return false;
        }
        leading.offer(node, renewal);
        return true;
    }

    /**
     * Whether the log was removed, differs from the leader's, or stays behind it. A member whose log is a snapshot and
     * uncommitted entries only cannot always be brought up to date by the library: it has to begin anew.
     *
     * @param leader what the group's leader said just now; null when it said nothing
     */
    boolean isLost(GroupFrame.@Nullable Status leader) {
        long now = loop.nanos();
        if (!log.standing().running()) {
            return true;
        }
        if (replica.applied() > progressTo || leader == null || leading != null) {
            progressTo = replica.applied();
            progressAt = now;
        }
        if (leader == null || leading != null) {
            return false;
        }
        if (leader.checkIndex() == replica.checkIndex() && leader.checkHash() != replica.checkHash()) {
            LOG.error("the state at {} is not the leader's: this node takes the leader's", replica.checkIndex());
            return true;
        }
        long behind = leader.applied() - replica.applied();
        long without = now - progressAt;
        // One that has just begun has to be taken in first, which is up to the leader.
        boolean begun = replica.applied() > 0;
        return behind > 0 && without > STUCK || begun && behind > FAR_BEHIND && without > Others.FRESH;
    }

    /** A node asks to be taken in, under this identity. It asks again and again until it is. */
    void wants(MemberId who) {
        wanting.put(who.name(), new Wanting(who, loop.nanos()));
    }

    /**
     * Makes the next change of members, if this node leads.
     *
     * @param names how many nodes vote by configuration
     * @param reachable whether another member can be reached
     */
    void improve(int names, Predicate<MemberId> reachable) {
        if (leading == null || changing || !replica.isFounded()) {
            return;
        }
        wanting.values().removeIf(one -> loop.nanos() - one.at > WANTED || !reachable.test(one.member));
        List<MemberId> asking = wanting.values().stream().map(Wanting::member).toList();
        Predicate<MemberId> present = member -> member.equals(log.self()) || reachable.test(member);
        Roster.next(names, log.standing(), log.progress(), asking, present).ifPresent(step -> {
            changing = true;
            log.change(step.kind(), step.member())
                    .onFailure(cause -> LOG.debug("no change of members: {} {}", step, cause.toString()))
                    .onComplete(done -> changing = false);
        });
    }

    /**
     * Makes another voter the leader, if this node leads and there is one.
     *
     * @param reachable whether a member can be reached
     */
    Future<Void> handOver(Predicate<MemberId> reachable) {
        if (leading == null) {
            return Future.succeededFuture();
        }
        QuotaLog.Progress progress = log.progress();
        Optional<MemberId> next = log.standing().voters().stream()
                .filter(member -> progress.matched().containsKey(member) && reachable.test(member))
                .max(Comparator.comparingLong(progress.matched()::get));
        return next.map(log::handOver).orElseGet(Future::succeededFuture);
    }

    /** Leaves for good. The copy stays as it is. */
    void close() {
        endLeading();
        log.close();
    }

    private void standingChanged() {
        QuotaLog.Standing standing = log.standing();
        boolean leads = standing.running() && standing.role() == QuotaLog.Role.LEADER;
        if (!leads) {
            endLeading();
        } else if (leading == null) {
            LOG.atInfo().addKeyValue("group", entry.group()).log("leads the quota group");
            changing = false;
            leading = new Leading(loop, log, replica, days, answers, entry.found());
        }
    }

    private void endLeading() {
        if (leading != null) {
            leading.end();
            leading = null;
        }
    }
}
