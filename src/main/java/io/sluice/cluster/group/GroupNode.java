package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.Loop;
import io.sluice.cluster.raft.MemberId;
import io.sluice.cluster.raft.QuotaLog;
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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in the cluster's group, whole: carries frames between the parts, and does what {@link Founding} decides.
 * Confined to its loop.
 */
final class GroupNode {
    private static final Logger LOG = LoggerFactory.getLogger(GroupNode.class);
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TICKS_A_STATUS = 2;
    private static final int TICKS_A_STATUS_TO_CLIENTS = 10;
    private static final int TICKS_A_JOIN = 4;

    /** So long without a sign of a leader, and requests are refused at once. */
    private static final long SILENCE = TimeUnit.SECONDS.toNanos(3);

    private static final int MOST_COPIED_BYTES = 8 << 20;
    private static final String REPLACED_REASON = "another node was started later under the name ";

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

    private final Loop loop;
    private final Link link;
    private final String self;
    private final List<String> names;
    private final GroupStore store;
    private final Random random;
    private final ZoneDays days;
    private final Consumer<GroupStatus> listener;
    private final RenewalRoutes routes;
    private final @Nullable Founding founding;
    private final Set<Link.Peer> unread = new HashSet<>();
    private @Nullable GroupMember member;
    /** The copy of the last group, also after it was left. */
    private @Nullable GroupReplica replica;

    private Loop.Timer timer;
    private String halted = "";
    private boolean replaced;
    private String lastLeader = "";
    /** What a leader said last; null when none did for long. */
    private GroupFrame.@Nullable Status leader;

    private long leaderSeen;
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
        this.self = link.self().name();
        this.names = setup.names().stream().sorted().toList();
        this.store = setup.store();
        this.random = setup.random();
        this.days = new ZoneDays(setup.wallClock());
        this.listener = listener;
        this.leaderSeen = loop.nanos() - SILENCE - 1;
        this.routes = new RenewalRoutes(self, names, loop, () -> member, this::leaderName, this::send);
        this.founding = names.contains(self) ? new Founding(link.self(), names, setup.record(), loop.nanos()) : null;
        this.timer = loop.schedule(TICK, this::tick);
        link.onFrame(this::frame);
        link.onPeers(this::peersChanged);
        peersChanged();
    }

    /** Asks the group; answered whenever there is a leader. */
    Future<Answer> renew(Renewal renewal) {
        return routes.ask(renewal).onSuccess(answer -> {
            if (answer.status() == Answer.Status.REPLACED && !replaced) {
                replaced = true;
                halt(REPLACED_REASON + self);
            }
        });
    }

    /** Every scope's counters, while this node leads. */
    Optional<List<ScopeCounters>> counters() {
        GroupMember mine = member;
        return mine == null || mine.leading() == null || !mine.replica().isFounded()
                ? Optional.empty()
                : Optional.of(mine.replica().group().counters());
    }

    /** How the group stands, as this node sees it. */
    GroupStatus status() {
        GroupMember mine = member;
        GroupFrame.Status heard = leader;
        String reason = refusal();
        QuotaLog.Standing standing = mine == null ? null : mine.log().standing();
        boolean leads = mine != null && mine.leading() != null;
        GroupId group = mine != null ? mine.entry().group() : heard != null ? heard.bound() : GroupId.NONE;
        List<MemberId> voters =
                leads && standing != null ? standing.voters() : heard == null ? List.of() : heard.voters();
        return new GroupStatus(
                reason.isEmpty(),
                reason,
                group.toString(),
                leaderName(),
                standing == null ? "client" : standing.role().name().toLowerCase(Locale.ROOT),
                names,
                voters.stream().map(MemberId::name).distinct().sorted().toList());
    }

    /** This node's part in a group; null while it belongs to none. For tests. */
    @Nullable
    GroupMember member() {
        return member;
    }

    /** Leaves without harm: another voter leads before this one goes. */
    Future<Void> stop() {
        GroupMember mine = member;
        Future<Void> handed = mine == null ? Future.succeededFuture() : mine.handOver(this::isConnected);
        return handed.otherwiseEmpty().onComplete(done -> close());
    }

    /** Stops at once. */
    void close() {
        closed = true;
        timer.cancel();
        routes.close();
        leave();
    }

    private boolean isConnected(MemberId peer) {
        return link.connected().contains(new Link.Peer(peer.name(), peer.incarnation()));
    }

    private void tick() {
        if (closed) {
            return;
        }
        timer = loop.schedule(TICK, this::tick);
        ticks++;
        long now = loop.nanos();
        watchLeader(now);
        if (founding != null && halted.isEmpty()) {
            watchMember(founding, now);
        }
        tellListener();
    }

    /** Who leads, by what leaders say themselves, or by this node's own log. */
    private void watchLeader(long now) {
        Leading mine = member == null ? null : member.leading();
        if (mine != null && now - mine.lastCommit() <= Others.FRESH) {
            leaderSeen = now;
        }
        if (now - leaderSeen > SILENCE) {
            leader = null;
        }
        String name = leaderName();
        if (!name.equals(lastLeader)) {
            lastLeader = name;
            routes.leaderChanged();
        }
    }

    private void watchMember(Founding mine, long now) {
        if (replica != null && !replica.broken().isEmpty()) {
            halt(replica.broken());
            return;
        }
        GroupFrame.Status own = ownLeader(now);
        boolean lost = member != null && member.isLost(own);
        perform(mine.tick(isLiving(), lost, now));
        if (member != null) {
            member.improve(names.size(), this::isConnected);
            MemberId me = member.entry().member();
            if (ticks % TICKS_A_JOIN == 0 && own != null && !own.voters().contains(me)) {
                send(own.leader(), new GroupFrame.Join(own.bound(), me));
            }
        }
        if (ticks % TICKS_A_STATUS == 0) {
            tellStatus(mine);
        }
    }

    /** What the leader of this node's own group said just now. */
    private GroupFrame.@Nullable Status ownLeader(long now) {
        GroupFrame.Status heard = leader;
        return heard != null
                        && member != null
                        && heard.bound().equals(member.entry().group())
                        && now - leaderSeen <= Others.FRESH
                ? heard
                : null;
    }

    private boolean isLiving() {
        return member != null && member.isLiving();
    }

    /** Name of who leads; empty for nobody. */
    private String leaderName() {
        GroupMember mine = member;
        if (mine != null && mine.leading() != null) {
            return self;
        }
        if (mine != null && mine.isLiving() && mine.log().standing().leader() != null) {
            return mine.log().standing().leader().name();
        }
        GroupFrame.Status heard = leader;
        return heard == null ? "" : heard.leader();
    }

    private void tellStatus(Founding mine) {
        Buffer frame = Buffer.buffer(GroupFrames.encode(ownStatus(mine)));
        boolean everyone = ticks % TICKS_A_STATUS_TO_CLIENTS == 0;
        link.connected().stream()
                .map(Link.Peer::name)
                .distinct()
                .filter(name -> everyone || names.contains(name))
                .forEach(name -> link.send(name, frame));
    }

    private GroupFrame.Status ownStatus(Founding mine) {
        GroupMember part = member;
        if (part == null) {
            return new GroupFrame.Status(
                    names,
                    mine.newest(),
                    mine.marked(),
                    GroupId.NONE,
                    false,
                    false,
                    leaderName(),
                    1,
                    0,
                    0,
                    0,
                    List.of(),
                    List.of(),
                    List.of(),
                    mine.view());
        }
        boolean leads = part.leading() != null;
        QuotaLog.Standing standing = part.log().standing();
        return new GroupFrame.Status(
                names,
                mine.newest(),
                mine.marked(),
                part.entry().group(),
                part.isLiving(),
                leads,
                leaderName(),
                part.entry().share(),
                part.replica().applied(),
                part.replica().checkIndex(),
                part.replica().checkHash(),
                leads ? part.entry().initial() : List.of(),
                leads ? standing.members() : List.of(),
                leads ? standing.voters() : List.of(),
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
        if (replaced) {
            return REPLACED_REASON + self;
        }
        if (loop.nanos() - leaderSeen <= SILENCE) {
            return routes.waitsLongerThan(SILENCE) ? "the leader does not answer: " + leaderName() : "";
        }
        if (!halted.isEmpty()) {
            return halted;
        }
        if (founding == null) {
            return "no leader answers";
        }
        String reason = founding.reason();
        return reason.isEmpty() ? "no leader" : reason;
    }

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
                    if (!closed && halted.isEmpty() && founding != null) {
                        perform(founding.saved(record, loop.nanos()));
                    }
                })
                .onFailure(cause -> halt("the group's record cannot be written: " + cause.getMessage()));
    }

    private void enter(Founding.Enter entry) {
        GroupMember entered = new GroupMember(
                entry,
                loop,
                (to, message) -> {
                    if (isConnected(to)) {
                        send(to.name(), new GroupFrame.LogMessage(entry.group(), to, message));
                    }
                },
                this::sendAnswer,
                days,
                random);
        member = entered;
        replica = entered.replica();
        entered.start();
    }

    private void leave() {
        GroupMember left = member;
        member = null;
        if (left != null) {
            left.close();
        }
    }

    private GroupFrame.Copy copy(GroupId group) {
        GroupReplica last = replica;
        long age = last == null || !last.isFounded() || !last.broken().isEmpty()
                ? Long.MAX_VALUE
                : routes.age(last.group());
        byte[] known =
                last == null || age == Long.MAX_VALUE ? null : last.group().known(age);
        return new GroupFrame.Copy(group, age, known);
    }

    /** Takes no part any more; its renewals still go to whoever leads. */
    private void halt(String why) {
        if (halted.isEmpty() && founding != null && !closed) {
            halted = why;
            LOG.error("this node takes no part in the quota group any more: {}", why);
            perform(founding.halt());
        }
    }

    private void peersChanged() {
        if (founding != null) {
            founding.connected(link.connected());
        }
        unread.retainAll(link.connected());
    }

    private void frame(Link.Peer from, Buffer bytes) {
        if (closed) {
            return;
        }
        try {
            frame(from, GroupFrames.decode(bytes.getBytes()));
        } catch (WireFormatException | GroupFormatException e) {
            if (unread.add(from)) {
                LOG.warn("a frame of {} cannot be read, and is dropped like all such: {}", from, e.getMessage());
            }
        }
    }

    private void frame(Link.Peer from, GroupFrame frame) throws WireFormatException, GroupFormatException {
        switch (frame) {
            case GroupFrame.LogMessage f -> logMessage(from, f);
            case GroupFrame.Renew f -> routes.renew(from.name(), f);
            case GroupFrame.Answered f -> answer(GroupCodec.decodeAnswer(f.answer()));
            case GroupFrame.NotLeader f -> routes.notLeader(f);
            case GroupFrame.Status f -> status(from, f);
            case GroupFrame.Join f -> wants(from, f);
            default -> found(from, frame);
        }
    }

    /** A message of another group, or for an older identity of this node, would disturb this one. */
    private void logMessage(Link.Peer from, GroupFrame.LogMessage message) throws WireFormatException {
        GroupMember mine = member;
        if (mine != null
                && message.group().equals(mine.entry().group())
                && message.to().equals(mine.entry().member())) {
            mine.log().receive(from.name(), from.incarnation(), message.message());
        }
    }

    private void found(Link.Peer from, GroupFrame frame) {
        Founding mine = founding;
        if (mine == null || !halted.isEmpty() || closed) {
            return;
        }
        long now = loop.nanos();
        perform(
                switch (frame) {
                    case GroupFrame.Propose f -> mine.proposed(from, f, isLiving(), now);
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
        if (founding != null) {
            founding.status(from, status, loop.nanos());
        }
        if (status.leads() && status.living()) {
            leader = status;
            leaderSeen = loop.nanos();
        }
    }

    /** While two nodes of one name are connected, neither is taken in: the first must have gone. */
    private void wants(Link.Peer from, GroupFrame.Join join) {
        MemberId who = join.member();
        boolean honest = who.name().equals(from.name()) && who.incarnation() == from.incarnation();
        boolean alone = !from.name().equals(self)
                && link.connected().stream()
                                .filter(peer -> peer.name().equals(from.name()))
                                .count()
                        == 1;
        if (member != null
                && join.group().equals(member.entry().group())
                && honest
                && alone
                && names.contains(from.name())) {
            member.wants(who);
        }
    }

    /** Between two groups an answer can only be the older one's: nothing is granted then. */
    private void answer(Answer answer) {
        boolean between = founding != null && founding.place() instanceof Place.Accepted;
        if ((!between || !answer.client().node().equals(self)) && routes.answer(answer)) {
            leaderSeen = loop.nanos();
        }
    }

    private void sendAnswer(String node, Answer answer) {
        if (node.equals(self)) {
            answer(answer);
        } else {
            send(node, new GroupFrame.Answered(GroupCodec.encode(answer)));
        }
    }

    private boolean send(String to, GroupFrame frame) {
        if (to.equals(self)) {
            found(link.self(), frame);
            return true;
        }
        return link.send(to, Buffer.buffer(GroupFrames.encode(frame)));
    }
}
