package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * To which group a voter belongs: joins the one that lives, and founds a new one when none can. Decides only; time and
 * events come in, {@link Action}s go out.
 *
 * <pre>
 *              a group lives
 *   FREE ────────────────────────▶ JOINING ────on disk────▶ BOUND
 *    │                                ▲                    ▲   │
 *    │ proposal                       │ a group lives      │   │ proposal, and its group does not live
 *    ▼                                │                    │   │
 *   ACCEPTED ─────────────────────────┴──all handed over───┘   │
 *    ▲ on disk: says so                                        │
 *    └─────────────────────────────────────────────────────────┘
 * </pre>
 *
 * A group is founded by all names but at most one, in two rounds. First each leaves its older group for good and says so;
 * when all have, each that did not change its mind hands over what it knows. At that moment no older group can commit
 * anything any more, for each majority of it needs one of those that left. Of two nodes one is enough: then each uses half.
 */
final class Founding {
    /** How long a group without a leader is waited for. */
    static final long PATIENCE = TimeUnit.SECONDS.toNanos(3);

    /** How long the last name is waited for when it looks like the first start of all: then the windows are empty. */
    static final long FIRST_PATIENCE = TimeUnit.SECONDS.toNanos(10);

    /** How long all must have seen the same nodes before one of them proposes. */
    private static final long SETTLED = TimeUnit.MILLISECONDS.toNanos(300);

    /** How long a founding may take. */
    private static final long ROUND = TimeUnit.SECONDS.toNanos(2);

    /** How long an accepted founding is waited for before a living group is joined instead. */
    private static final long ACCEPTED_PATIENCE = TimeUnit.SECONDS.toNanos(2);

    /** How long a group that was just entered may take to show itself. */
    private static final long ENTERED_PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private static final long ASK_AGAIN = TimeUnit.MILLISECONDS.toNanos(400);

    /** What is to be done, in this order. */
    sealed interface Action {}

    /**
     * Send it; to this node itself: give it back at once.
     *
     * @param to name of a node
     * @param frame what
     */
    record Send(String to, GroupFrame frame) implements Action {}

    /**
     * Put it on disk, then call {@link #saved}.
     *
     * @param record what
     */
    record Save(GroupRecord record) implements Action {}

    /** Close the log for good; keep the replica as it is. */
    record Leave() implements Action {}

    /**
     * Hand over what is known.
     *
     * @param to name of who asks
     * @param group to be founded
     */
    record HandOver(String to, GroupId group) implements Action {}

    /**
     * Open a log with an empty replica.
     *
     * @param group it belongs to
     * @param member who this node is in it
     * @param initial the members with which it was founded
     * @param share of each limit the group may use, as 1 / share
     * @param found its first operation, for whoever leads first; null for one that lives already
     */
    record Enter(GroupId group, MemberId member, List<MemberId> initial, int share, byte @Nullable [] found)
            implements Action {}

    /**
     * Since when all see the same nodes.
     *
     * @param view those
     * @param since instant, nanoseconds
     */
    private record Settling(List<Link.Peer> view, long since) {}

    private final Link.Peer self;
    private final List<String> names;
    private final Others others;
    private GroupRecord record;
    private boolean marked;
    private Place place = new Place.Free();
    private int counter;
    private long lastLiving;
    private @Nullable FoundingRound round;
    private long asked;
    private @Nullable Settling settling;
    private String reason = "starting";
    private List<Action> actions = new ArrayList<>();

    /**
     * A node that belongs to no group.
     *
     * @param self this node, one of the names
     * @param names all voters, by configuration, sorted
     * @param record what it kept
     * @param now the present instant, nanoseconds
     */
    Founding(Link.Peer self, List<String> names, GroupRecord record, long now) {
        this.self = self;
        this.names = names;
        this.others = new Others(self, names);
        this.record = record;
        this.marked = !record.equals(GroupRecord.NONE);
        this.lastLiving = now;
    }

    Place place() {
        return place;
    }

    GroupId newest() {
        return record.newest();
    }

    /** Whether this node ever belonged to a group. */
    boolean marked() {
        return marked;
    }

    /** Why there is no group, for an operator; empty when there is one. */
    String reason() {
        return reason;
    }

    /** The voters connected now, and this node. */
    List<Link.Peer> view() {
        return others.view();
    }

    /** Somebody was connected, or is no longer. */
    void connected(Set<Link.Peer> peers) {
        others.connected(peers);
    }

    /** A voter said how it stands. */
    void status(Link.Peer from, GroupFrame.Status status, long now) {
        others.said(from, status, now);
    }

    /**
     * Time passed.
     *
     * @param living whether this node's group committed something within the last second
     * @param lost whether this node's log cannot follow its group any more
     * @param now the present instant
     */
    List<Action> tick(boolean living, boolean lost, long now) {
        actions = new ArrayList<>();
        if (living || others.isAnyLiving(now)) {
            lastLiving = now;
        }
        FoundingRound mine = round;
        if (mine != null && isAccepted(mine.group()) && now - mine.since() <= ROUND) {
            askAgain(mine, now);
            return actions;
        }
        round = null;
        GroupFrame.Status leader = others.leader(now);
        boolean halves = areHalves(leader, living);
        if (living && !lost && !halves) {
            settling = null;
            reason = "";
        } else if (leader == null || halves) {
            reason = found(halves, now);
        } else {
            join(leader, lost, now);
            reason = "joining";
        }
        return actions;
    }

    /** What was to be saved is on disk. */
    List<Action> saved(GroupRecord kept, long now) {
        actions = new ArrayList<>();
        if (place instanceof Place.Accepted(var group, var member, var since, var known)
                && group.equals(kept.newest())
                && !known) {
            place = new Place.Accepted(group, member, since, true);
            send(group.proposer().name(), new GroupFrame.Accept(group, member, marked));
        } else if (place instanceof Place.Joining(var entry) && kept.equals(record)) {
            enter(entry, now);
        }
        return actions;
    }

    /** The first round asks this node. */
    List<Action> proposed(Link.Peer from, GroupFrame.Propose propose, boolean living, long now) {
        actions = new ArrayList<>();
        consider(from, propose, living, now);
        return actions;
    }

    /** A participant has accepted. */
    List<Action> accepted(Link.Peer from, GroupFrame.Accept accept, long now) {
        actions = new ArrayList<>();
        FoundingRound mine = round;
        if (mine != null && mine.accept(from, accept)) {
            asked = now;
            mine.participants().forEach(peer -> send(peer.name(), new GroupFrame.Collect(mine.group())));
        }
        return actions;
    }

    /** The second round asks this node. */
    List<Action> collect(Link.Peer from, GroupFrame.Collect collect) {
        actions = new ArrayList<>();
        GroupId group = collect.group();
        if (from.equals(group.proposer())
                && place instanceof Place.Accepted accepted
                && accepted.kept()
                && accepted.group().equals(group)) {
            actions.add(new HandOver(from.name(), group));
        }
        return actions;
    }

    /** A participant has told what it knows. */
    List<Action> copied(Link.Peer from, GroupFrame.Copy copy) {
        actions = new ArrayList<>();
        FoundingRound mine = round;
        if (mine != null && isAccepted(mine.group()) && mine.copy(from, copy)) {
            GroupFrame.Start start = mine.start(names);
            mine.participants().forEach(peer -> send(peer.name(), start));
            round = null;
        }
        return actions;
    }

    /** A founding is complete. */
    List<Action> started(Link.Peer from, GroupFrame.Start start, long now) {
        actions = new ArrayList<>();
        if (from.equals(start.group().proposer())
                && place instanceof Place.Accepted accepted
                && accepted.group().equals(start.group())
                && start.initial().contains(accepted.member())) {
            enter(new Enter(start.group(), accepted.member(), start.initial(), start.share(), start.found()), now);
        }
        return actions;
    }

    /** This node takes no part any more. */
    List<Action> halt() {
        actions = new ArrayList<>();
        leave();
        place = new Place.Free();
        return actions;
    }

    private void consider(Link.Peer from, GroupFrame.Propose propose, boolean living, long now) {
        GroupId group = propose.group();
        boolean meant = from.equals(group.proposer()) && propose.participants().contains(self);
        boolean half = place instanceof Place.Bound bound && bound.share() > 1;
        if (place instanceof Place.Accepted accepted && accepted.group().equals(group)) {
            if (accepted.kept()) {
                send(from.name(), new GroupFrame.Accept(group, accepted.member(), marked));
            }
        } else if (meant && group.compareTo(record.newest()) > 0 && (!living || half)) {
            leave();
            record = new GroupRecord(group);
            place = new Place.Accepted(group, member(), now, false);
            actions.add(new Save(record));
        }
    }

    private void join(GroupFrame.Status leader, boolean lost, long now) {
        boolean may =
                switch (place) {
                    case Place.Free() -> true;
                    case Place.Accepted accepted -> now - accepted.since() > ACCEPTED_PATIENCE;
                    case Place.Joining joining -> false;
                    case Place.Bound bound ->
                        lost
                                || now - bound.since() > ENTERED_PATIENCE
                                        && !bound.group().equals(leader.bound());
                };
        if (may) {
            leave();
            if (leader.bound().compareTo(record.newest()) > 0) {
                record = new GroupRecord(leader.bound());
            }
            place = new Place.Joining(new Enter(leader.bound(), member(), leader.initial(), leader.share(), null));
            actions.add(new Save(record));
        }
    }

    private void enter(Enter entry, long now) {
        marked = true;
        settling = null;
        place = new Place.Bound(entry.group(), entry.member(), entry.share(), now);
        actions.add(entry);
    }

    private void leave() {
        if (place instanceof Place.Bound) {
            actions.add(new Leave());
        }
    }

    /** Proposes a founding when it is time, and this node's turn. Says why not. */
    private String found(boolean halves, long now) {
        List<Link.Peer> view = others.view();
        List<String> present = view.stream().map(Link.Peer::name).distinct().toList();
        if (present.size() < view.size()) {
            settling = null;
            return "two nodes of one name: " + view;
        }
        if (present.size() < Math.max(1, names.size() - 1)) {
            settling = null;
            return waitingFor(present);
        }
        if (!others.agree(now)) {
            settling = null;
            return "members do not see the same members";
        }
        if (settling == null || !settling.view().equals(view)) {
            settling = new Settling(view, now);
        }
        if (others.isAnyLiving(now) && !halves) {
            return "the leader cannot be reached";
        }
        boolean patient = halves || now - lastLiving >= patience(view, now);
        if (now - settling.since() < SETTLED || !patient) {
            return present.size() < names.size() ? waitingFor(present) : "founding";
        }
        if (view.getFirst().equals(self)) {
            propose(view, now);
        }
        return "founding";
    }

    private String waitingFor(List<String> present) {
        return place instanceof Place.Bound
                ? "no quorum: " + present.size() + " of " + names.size() + " voters reachable"
                : "waiting for members: "
                        + names.stream().filter(name -> !present.contains(name)).collect(Collectors.joining(", "));
    }

    /** None when all are there and so many belong to no group that none can have a majority. */
    private long patience(List<Link.Peer> view, long now) {
        boolean all = view.size() == names.size();
        long free = others.free(now) + (place instanceof Place.Bound ? 0 : 1);
        int majority = names.size() / 2 + 1;
        if (all && free > names.size() - majority) {
            return 0;
        }
        return all || marked || others.isAnyMarked(now) ? PATIENCE : FIRST_PATIENCE;
    }

    private void propose(List<Link.Peer> view, long now) {
        long epoch = Math.max(record.newest().epoch(), others.newestEpoch(now)) + 1;
        FoundingRound mine = new FoundingRound(new GroupId(epoch, self), view, now);
        round = mine;
        asked = now;
        GroupFrame.Propose propose = new GroupFrame.Propose(mine.group(), view);
        consider(self, propose, false, now);
        view.stream().filter(peer -> !peer.equals(self)).forEach(peer -> send(peer.name(), propose));
    }

    private void askAgain(FoundingRound mine, long now) {
        if (now - asked < ASK_AGAIN) {
            return;
        }
        asked = now;
        GroupFrame question = mine.isAccepted()
                ? new GroupFrame.Collect(mine.group())
                : new GroupFrame.Propose(mine.group(), mine.participants());
        mine.missing().forEach(peer -> send(peer.name(), question));
    }

    private boolean isAccepted(GroupId group) {
        return place instanceof Place.Accepted accepted && accepted.group().equals(group);
    }

    /** Two nodes that lost each other have groups with half of everything; when they meet they found one of both. */
    private boolean areHalves(GroupFrame.@Nullable Status leader, boolean living) {
        if (names.size() != 2 || others.isEmpty()) {
            return false;
        }
        return living && place instanceof Place.Bound bound ? bound.share() > 1 : leader != null && leader.share() > 1;
    }

    private MemberId member() {
        return new MemberId(self.name(), self.incarnation(), ++counter);
    }

    private void send(String to, GroupFrame frame) {
        actions.add(new Send(to, frame));
    }
}
