package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.Loop;
import io.sluice.cluster.raft.MemberId;
import io.sluice.cluster.raft.QuotaLog;
import io.sluice.cluster.raft.RaftQuotaLog;
import io.sluice.cluster.raft.WireFormatException;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.GroupFormatException;
import io.sluice.domain.lease.Renewal;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.message.GroupStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in the group, whole: what {@link Founding} and {@link Roster} decide is done here. Confined to its loop.
 */
final class GroupNode {
    private static final Logger LOG = LoggerFactory.getLogger(GroupNode.class);
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TICKS_A_STATUS = 2;
    private static final int TICKS_A_CLIENT_STATUS = 10;
    private static final int TICKS_A_JOIN = 4;
    /** So long without a sign of a leader, and requests are refused at once. */
    private static final long SILENCE = TimeUnit.SECONDS.toNanos(3);
    /** A member that is behind its leader and does not come nearer for so long is started anew. */
    private static final long STUCK = TimeUnit.SECONDS.toNanos(5);
    /** More operations behind than the log holds: only a snapshot helps, and see {@link #STUCK}. */
    private static final int FAR_BEHIND = 2 * RaftQuotaLog.SNAPSHOT_EVERY;
    private static final long WANTED = TimeUnit.SECONDS.toNanos(2);

    /**
     * What a node is made of.
     *
     * @param loop where everything runs
     * @param link to the other nodes; the node takes all its frames
     * @param names voters by configuration
     * @param store where the record is kept
     * @param record what was kept
     * @param wallClock for the days only
     * @param random spreads elections
     */
    record Setup(
            Loop loop,
            Link link,
            List<String> names,
            GroupStore store,
            GroupRecord record,
            InstantSource wallClock,
            Random random) {}

    /**
     * A node that asked to be taken in.
     *
     * @param member under which identity
     * @param at when; instant, nanoseconds
     */
    private record Wanting(MemberId member, long at) {}

    private final Loop loop;
    private final Link link;
    private final List<String> names;
    private final GroupStore store;
    private final Random random;
    private final ZoneDays days;
    private final Consumer<GroupStatus> listener;
    private final GroupClient client;
    private final @Nullable Founding founding;
    private final Map<String, Wanting> wanting = new HashMap<>();
    private final Set<Link.Peer> strangers = new HashSet<>();
    private @Nullable QuotaLog log;
    private @Nullable GroupReplica replica;
    private byte @Nullable [] found;
    private @Nullable Leading leading;
    private Loop.@Nullable Timer timer;
    private GroupId bound = GroupId.NONE;
    private int share = 1;
    private List<MemberId> initial = List.of();
    private boolean changing;
    private String halted = "";
    private String lastLeader = "";
    private GroupFrame.@Nullable Status leaderStatus;
    private long leaderSeen;
    private long progressAt;
    private long progressTo;
    private int ticks;
    private boolean closed;
    private @Nullable GroupStatus told;

    /**
     * A node that begins.
     *
     * @param setup what it is made of
     * @param listener hears of every change of the status, on the loop
     */
    GroupNode(Setup setup, Consumer<GroupStatus> listener) {
        this.loop = setup.loop();
        this.link = setup.link();
        this.names = setup.names().stream().sorted().toList();
        this.store = setup.store();
        this.random = setup.random();
        this.days = new ZoneDays(setup.wallClock());
        this.listener = listener;
        long now = loop.nanos();
        this.leaderSeen = now - SILENCE - 1;
        this.client = new GroupClient(loop, names, this::leaderName, this::sendRenewal);
        this.founding = names.contains(link.self().name())
                ? new Founding(link.self(), names, setup.record(), now)
                : null;
        link.onFrame(this::frame);
        link.onPeers(this::peersChanged);
        peersChanged();
        timer = loop.schedule(TICK, this::tick);
    }

    /** Asks the group; answered whenever there is a leader. */
    Future<Answer> renew(Renewal renewal) {
        return client.ask(renewal).onSuccess(answer -> {
            if (answer.status() == Answer.Status.REPLACED) {
                halt("another node named " + link.self().name() + " was started later");
            }
        });
    }

    /** Every scope's counters, while this node leads. */
    Optional<List<ScopeCounters>> counters() {
        GroupReplica mine = replica;
        return leading == null || mine == null || !mine.isFounded()
                ? Optional.empty()
                : Optional.of(mine.group().counters());
    }

    /** How the group stands, as this node sees it. */
    GroupStatus status() {
        String reason = refusal();
        QuotaLog.Standing standing = log == null ? null : log.standing();
        GroupFrame.Status heard = leaderStatus;
        List<MemberId> voters = standing != null && leading != null
                ? standing.voters()
                : heard == null ? List.of() : heard.voters();
        return new GroupStatus(
                reason.isEmpty(),
                reason,
                (heard != null && leading == null ? heard.bound() : bound).toString(),
                leaderName(),
                standing == null ? "client" : standing.role().name().toLowerCase(java.util.Locale.ROOT),
                names,
                List.copyOf(new TreeSet<>(voters.stream().map(MemberId::name).toList())));
    }

    /** Whether this node leads, and its copy holds everything that was ever committed. */
    boolean leads() {
        return leading != null && leading.hasCommitted();
    }

    /** The group to which this node belongs. */
    GroupId group() {
        return bound;
    }

    /** Of each limit this node's group may use 1 / share. */
    int share() {
        return share;
    }

    /** This member's copy, for tests. */
    @Nullable GroupReplica replica() {
        return replica;
    }

    /** This member's log, for tests. */
    @Nullable QuotaLog log() {
        return log;
    }

    /** Leaves without harm: another voter leads before this one goes. */
    Future<Void> stop() {
        QuotaLog mine = log;
        Future<Void> handed = mine == null || leading == null
                ? Future.succeededFuture()
                : successor(mine).map(mine::handOver).orElseGet(Future::succeededFuture);
        return handed.otherwiseEmpty().onComplete(done -> close());
    }

    /** Stops at once. */
    void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
        client.close();
        leave();
    }

    private Optional<MemberId> successor(QuotaLog mine) {
        QuotaLog.Progress progress = mine.progress();
        return mine.standing().voters().stream()
                .filter(member -> isConnected(member) && progress.matched().containsKey(member))
                .max(java.util.Comparator.comparingLong(progress.matched()::get));
    }

    private boolean isConnected(MemberId member) {
        return link.connected().contains(new Link.Peer(member.name(), member.incarnation()));
    }

    // ---- time

    private void tick() {
        if (closed) {
            return;
        }
        timer = loop.schedule(TICK, this::tick);
        ticks++;
        long now = loop.nanos();
        watchLeader(now);
        if (founding != null && halted.isEmpty()) {
            watchReplica();
            perform(founding.tick(isLiving(now), isLost(now), now));
            if (ticks % TICKS_A_JOIN == 0) {
                askToJoin();
            }
            improveRoster(now);
            if (ticks % TICKS_A_STATUS == 0) {
                tellStatus(now);
            }
        }
        tellListener();
    }

    /** Who leads, by what leaders themselves say, or by this node's own log. */
    private void watchLeader(long now) {
        Leading mine = leading;
        if (mine != null && now - mine.lastCommit() <= Founding.FRESH) {
            leaderSeen = now;
        }
        if (leaderStatus != null && now - leaderSeen > SILENCE) {
            leaderStatus = null;
        }
        String leader = leaderName();
        if (!leader.equals(lastLeader)) {
            lastLeader = leader;
            client.leaderChanged();
        }
    }

    private String leaderName() {
        if (leading != null) {
            return link.self().name();
        }
        QuotaLog.Standing standing = log == null ? null : log.standing();
        if (standing != null && standing.running() && standing.leader() != null && isLiving(loop.nanos())) {
            return standing.leader().name();
        }
        GroupFrame.Status heard = leaderStatus;
        return heard == null ? "" : heard.leader();
    }

    private boolean isLiving(long now) {
        GroupReplica mine = replica;
        return mine != null && mine.isFounded() && now - mine.appliedAt() <= Founding.FRESH;
    }

    private void watchReplica() {
        GroupReplica mine = replica;
        if (mine != null && !mine.broken().isEmpty()) {
            halt(mine.broken());
        }
    }

    /** Whether this node's log was removed, differs from the leader's, or stays behind it. */
    private boolean isLost(long now) {
        QuotaLog mine = log;
        GroupReplica copy = replica;
        if (mine == null || copy == null) {
            return false;
        }
        if (!mine.standing().running()) {
            return true;
        }
        if (copy.applied() > progressTo) {
            progressTo = copy.applied();
            progressAt = now;
        }
        GroupFrame.Status leader = leaderStatus;
        if (leading != null || leader == null || !leader.bound().equals(bound) || now - leaderSeen > Founding.FRESH) {
            progressAt = now;
            return false;
        }
        if (leader.checkIndex() == copy.checkIndex() && leader.checkHash() != copy.checkHash()) {
            LOG.error(
                    "the state at {} differs from the leader's: this node takes the leader's", copy.checkIndex());
            return true;
        }
        long behind = leader.applied() - copy.applied();
        return behind > 0 && now - progressAt > STUCK || behind > FAR_BEHIND && now - progressAt > Founding.FRESH;
    }

    private void askToJoin() {
        QuotaLog mine = log;
        GroupFrame.Status leader = leaderStatus;
        if (mine != null
                && leading == null
                && leader != null
                && leader.bound().equals(bound)
                && !leader.voters().contains(mine.self())) {
            send(leader.leader(), new GroupFrame.Join(bound, mine.self()));
        }
    }

    private void improveRoster(long now) {
        QuotaLog mine = log;
        GroupReplica copy = replica;
        wanting.values().removeIf(one -> now - one.at > WANTED || !isConnected(one.member));
        if (mine == null || copy == null || leading == null || changing || !copy.isFounded()) {
            return;
        }
        List<MemberId> members = new ArrayList<>();
        wanting.values().forEach(one -> members.add(one.member));
        Roster.next(names.size(), mine.standing(), mine.progress(), members).ifPresent(step -> {
            changing = true;
            mine.change(step.kind(), step.member())
                    .onFailure(cause -> LOG.debug("no change of members: {} {}", step, cause.toString()))
                    .onComplete(done -> changing = false);
        });
    }

    private void tellStatus(long now) {
        GroupFrame.Status status = ownStatus(now);
        if (status == null) {
            return;
        }
        Buffer frame = Buffer.buffer(GroupFrames.encode(status));
        boolean everyone = ticks % TICKS_A_CLIENT_STATUS == 0;
        link.connected().stream()
                .map(Link.Peer::name)
                .distinct()
                .filter(name -> everyone || names.contains(name))
                .forEach(name -> link.send(name, frame));
    }

    private GroupFrame.@Nullable Status ownStatus(long now) {
        Founding mine = founding;
        if (mine == null) {
            return null;
        }
        QuotaLog.Standing standing = log == null ? null : log.standing();
        GroupReplica copy = replica;
        boolean member = copy != null && !bound.equals(GroupId.NONE);
        boolean leads = leading != null;
        return new GroupFrame.Status(
                names,
                mine.newest(),
                mine.marked(),
                bound,
                member && isLiving(now),
                leads,
                leaderName(),
                share,
                member ? copy.applied() : 0,
                member ? copy.checkIndex() : 0,
                member ? copy.checkHash() : 0,
                leads ? initial : List.of(),
                leads && standing != null ? standing.members() : List.of(),
                leads && standing != null ? standing.voters() : List.of(),
                mine.view());
    }

    private void tellListener() {
        GroupStatus now = status();
        if (!now.equals(told)) {
            told = now;
            listener.accept(now);
        }
    }

    /** Why no leases can be had; empty when they can. */
    private String refusal() {
        if (!halted.isEmpty() && founding != null && leaderStatus == null) {
            return halted;
        }
        long now = loop.nanos();
        if (now - leaderSeen <= SILENCE) {
            return client.waitsLongerThan(SILENCE) ? "the leader " + leaderName() + " does not answer" : "";
        }
        if (founding == null) {
            return "no leader answers";
        }
        String reason = founding.reason();
        return reason.isEmpty() ? "no leader" : reason;
    }

    // ---- what was decided

    private void perform(List<Founding.Action> actions) {
        for (Founding.Action action : actions) {
            switch (action) {
                case Founding.Send(String to, GroupFrame frame) -> send(to, frame);
                case Founding.Save(GroupRecord record) -> save(record);
                case Founding.Leave() -> leave();
                case Founding.HandOver(String to, GroupId group) -> send(to, copy(group));
                case Founding.Enter enter -> enter(enter);
            }
        }
    }

    private void save(GroupRecord record) {
        store.save(record)
                .onSuccess(done -> {
                    if (!closed && founding != null) {
                        perform(founding.saved(record, loop.nanos()));
                    }
                })
                .onFailure(cause -> halt("the group's record cannot be written: " + cause.getMessage()));
    }

    private void enter(Founding.Enter enter) {
        LOG.atInfo()
                .addKeyValue("group", enter.group())
                .addKeyValue("member", enter.member())
                .log(enter.found() == null ? "joins the quota group" : "begins a new quota group");
        GroupReplica fresh = new GroupReplica(enter.member(), loop::nanos);
        replica = fresh;
        found = enter.found();
        bound = enter.group();
        share = enter.share();
        initial = enter.initial();
        progressAt = loop.nanos();
        progressTo = 0;
        QuotaLog opened = new RaftQuotaLog(
                bound.toString(),
                enter.member(),
                enter.initial(),
                fresh,
                (to, message) -> sendLogMessage(enter.group(), to, message),
                this::standingChanged,
                loop,
                random);
        log = opened;
        opened.start();
    }

    /** The replica stays: what it knows may be asked for. */
    private void leave() {
        QuotaLog mine = log;
        log = null;
        bound = GroupId.NONE;
        endLeading();
        if (mine != null) {
            mine.close();
        }
    }

    private GroupFrame.Copy copy(GroupId group) {
        GroupReplica mine = replica;
        if (mine == null || !mine.isFounded() || !mine.broken().isEmpty()) {
            return new GroupFrame.Copy(group, false, Long.MAX_VALUE, null);
        }
        long age = client.age(mine.group());
        byte[] known = age == Long.MAX_VALUE ? null : mine.group().known(age);
        return new GroupFrame.Copy(group, false, age, known);
    }

    private void halt(String why) {
        if (halted.isEmpty() && founding != null && !closed) {
            halted = why;
            LOG.error("this node takes no part in the quota group any more: {}", why);
            perform(founding.halt());
        }
    }

    private void standingChanged() {
        QuotaLog mine = log;
        GroupReplica copy = replica;
        if (mine == null || copy == null) {
            return;
        }
        QuotaLog.Standing standing = mine.standing();
        boolean leads = standing.running() && standing.role() == QuotaLog.Role.LEADER;
        if (leads && leading == null) {
            LOG.atInfo().addKeyValue("group", bound).log("leads the quota group");
            changing = false;
            wanting.clear();
            leading = new Leading(loop, mine, copy, days, this::sendAnswer, found);
        } else if (!leads) {
            endLeading();
        }
    }

    private void endLeading() {
        if (leading != null) {
            leading.end();
            leading = null;
        }
    }

    // ---- frames

    private void peersChanged() {
        if (founding != null) {
            founding.connected(link.connected());
        }
    }

    private void frame(Link.Peer from, Buffer bytes) {
        if (closed) {
            return;
        }
        try {
            frame(from, GroupFrames.decode(bytes.getBytes()));
        } catch (WireFormatException | GroupFormatException e) {
            if (strangers.add(from)) {
                LOG.warn("a frame of {} cannot be read, and is dropped like all such: {}", from, e.getMessage());
            }
        }
    }

    private void frame(Link.Peer from, GroupFrame frame) throws WireFormatException, GroupFormatException {
        switch (frame) {
            case GroupFrame.LogMessage message -> {
                if (log != null && message.group().equals(bound) && message.to().equals(log.self())) {
                    log.receive(from.name(), from.incarnation(), message.message());
                }
            }
            case GroupFrame.Renew renew -> renewal(from.name(), GroupCodec.decodeRenewal(renew.renewal()));
            case GroupFrame.Answered answered -> answer(GroupCodec.decodeAnswer(answered.answer()));
            case GroupFrame.NotLeader hint -> client.notLeader(hint.incarnation(), hint.sequence(), hint.leader());
            case GroupFrame.Status status -> status(from, status);
            case GroupFrame.Join join -> wants(from, join);
            case GroupFrame.Propose f -> found(from, f);
            case GroupFrame.Accept f -> found(from, f);
            case GroupFrame.Collect f -> found(from, f);
            case GroupFrame.Copy f -> found(from, f);
            case GroupFrame.Start f -> found(from, f);
        }
    }

    private void found(Link.Peer from, GroupFrame frame) {
        Founding mine = founding;
        if (mine == null || !halted.isEmpty()) {
            return;
        }
        long now = loop.nanos();
        perform(
                switch (frame) {
                    case GroupFrame.Propose f -> mine.proposed(from, f, isLiving(now), now);
                    case GroupFrame.Accept f -> mine.accepted(from, f, now);
                    case GroupFrame.Collect f -> mine.collect(from, f);
                    case GroupFrame.Copy f -> mine.copied(from, f);
                    case GroupFrame.Start f -> mine.started(from, f, now);
                    default -> List.<Founding.Action>of();
                });
    }

    private void status(Link.Peer from, GroupFrame.Status status) {
        if (!names.contains(from.name())) {
            return;
        }
        long now = loop.nanos();
        if (founding != null) {
            founding.status(from, status, now);
        }
        if (status.leads() && status.living()) {
            leaderStatus = status;
            leaderSeen = now;
        }
    }

    private void wants(Link.Peer from, GroupFrame.Join join) {
        MemberId member = join.member();
        boolean honest = member.name().equals(from.name()) && member.incarnation() == from.incarnation();
        boolean alone = !from.name().equals(link.self().name())
                && link.connected().stream().filter(peer -> peer.name().equals(from.name())).count() == 1;
        if (leading != null && join.group().equals(bound) && honest && alone && names.contains(from.name())) {
            wanting.put(from.name(), new Wanting(member, loop.nanos()));
        }
    }

    private void renewal(String from, Renewal renewal) {
        if (!renewal.client().node().equals(from)) {
            return;
        }
        if (leading != null) {
            leading.offer(from, renewal);
        } else if (!from.equals(link.self().name())) {
            send(
                    from,
                    new GroupFrame.NotLeader(renewal.client().incarnation(), renewal.sequence(), leaderName()));
        }
    }

    private void answer(Answer answer) {
        boolean between = founding != null && founding.place() instanceof Founding.Place.Accepted;
        if (!between) {
            leaderSeen = loop.nanos();
            client.answered(answer);
        }
    }

    private void sendRenewal(String node, Renewal renewal, byte[] bytes) {
        if (node.equals(link.self().name())) {
            renewal(node, renewal);
        } else {
            send(node, new GroupFrame.Renew(bytes));
        }
    }

    private void sendAnswer(String node, Answer answer) {
        if (node.equals(link.self().name())) {
            answer(answer);
        } else {
            send(node, new GroupFrame.Answered(GroupCodec.encode(answer)));
        }
    }

    private void sendLogMessage(GroupId group, MemberId to, byte[] message) {
        if (isConnected(to)) {
            send(to.name(), new GroupFrame.LogMessage(group, to, message));
        }
    }

    private void send(String to, GroupFrame frame) {
        if (to.equals(link.self().name())) {
            found(link.self(), frame);
        } else {
            link.send(to, Buffer.buffer(GroupFrames.encode(frame)));
        }
    }
}
