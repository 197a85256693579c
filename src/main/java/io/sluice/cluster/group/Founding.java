package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.MemberId;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.GroupOperation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * To which group a voter belongs: joins the one that lives, and founds a new one when none can. Decides only; time and
 * events come in, {@link Action}s go out.
 *
 * <pre>
 *             join a living group                        start
 *   FREE ───────────────────────▶ JOINING ──on disk──▶ BOUND ◀──────┐
 *     │                              ▲                   │          │
 *     └───────propose──────▶ ACCEPTED (on disk: accept) ─┼──────────┘
 *                                ▲   └──living group─────┘
 *                                └────────propose────────┘
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

    /** After this a status is no news. */
    static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    /** How long a round may take. */
    private static final long ROUND = TimeUnit.SECONDS.toNanos(2);

    /** How long an accepted founding is waited for before a living group is joined instead. */
    private static final long ACCEPTED_PATIENCE = TimeUnit.SECONDS.toNanos(2);

    /** How long a group that was just entered may take to show itself. */
    private static final long ENTERED_PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private static final long ASK_AGAIN = TimeUnit.MILLISECONDS.toNanos(400);

    /** Where a node belongs. */
    sealed interface Place {
        /** To no group. */
        record Free() implements Place {}

        /**
         * To no group; it agreed to found one.
         *
         * @param group that one
         * @param member who it will be
         * @param since when
         * @param kept whether that is on disk
         */
        record Accepted(GroupId group, MemberId member, long since, boolean kept) implements Place {}

        /**
         * To no group yet; it enters as soon as that is on disk.
         *
         * @param entry how
         */
        record Joining(Enter entry) implements Place {}

        /**
         * To a group.
         *
         * @param group that one
         * @param member who it is
         * @param share of each limit the group may use, as 1 / share
         * @param since when
         */
        record Bound(GroupId group, MemberId member, int share, long since) implements Place {}
    }

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
     * A status, and when it came.
     *
     * @param status of a voter
     * @param at instant, nanoseconds
     */
    private record Seen(GroupFrame.Status status, long at) {}

    private final Link.Peer self;
    private final List<String> names;
    private final Map<Link.Peer, Seen> seen = new HashMap<>();
    private Set<Link.Peer> connected = Set.of();
    private GroupRecord record;
    private boolean marked;
    private Place place = new Place.Free();
    private int counter;
    private long lastLiving;
    private @Nullable Round round;
    private @Nullable Settling settling;
    private String reason = "starting";
    private List<Action> actions = new ArrayList<>();

    /**
     * A node that belongs to no group.
     *
     * @param self this node, one of the names
     * @param names all voters, by configuration
     * @param record what it kept
     * @param now the present instant, nanoseconds
     */
    Founding(Link.Peer self, List<String> names, GroupRecord record, long now) {
        this.self = self;
        this.names = names.stream().sorted().toList();
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

    boolean marked() {
        return marked;
    }

    /** Why there is no group, for an operator. */
    String reason() {
        return reason;
    }

    /** The voters connected now, and this node. */
    List<Link.Peer> view() {
        return sorted(connected, self);
    }

    /** Somebody was connected, or is no longer. */
    void connected(Set<Link.Peer> peers) {
        connected =
                peers.stream().filter(peer -> names.contains(peer.name())).collect(Collectors.toUnmodifiableSet());
        seen.keySet().retainAll(connected);
    }

    /** A voter said how it stands. */
    void status(Link.Peer from, GroupFrame.Status status, long now) {
        if (connected.contains(from)) {
            seen.put(from, new Seen(status, now));
        }
    }

    /** The last thing another voter said, if it is fresh. */
    GroupFrame.@Nullable Status statusOf(Link.Peer peer, long now) {
        Seen last = seen.get(peer);
        return last != null && now - last.at <= FRESH ? last.status : null;
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
        Link.Peer leader = livingLeader(now);
        boolean merge = isHalf(leader, living, now);
        if (living || seen.keySet().stream().anyMatch(peer -> isLiving(peer, now))) {
            lastLiving = now;
        }
        if (round != null && round.group.equals(acceptedGroup()) && now - round.since <= ROUND) {
            remind(now);
        } else {
            round = null;
            if (!living || lost || merge) {
                reason = decide(leader, lost, merge, now);
            } else {
                settling = null;
                reason = "";
            }
        }
        return actions;
    }

    /** What was to be saved is on disk. */
    List<Action> saved(GroupRecord kept, long now) {
        actions = new ArrayList<>();
        if (place instanceof Place.Accepted(var group, var member, var since, var on)
                && group.equals(kept.newest())
                && !on) {
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
        GroupId group = propose.group();
        boolean meant = from.equals(group.proposer()) && propose.participants().contains(self);
        boolean half = place instanceof Place.Bound bound && bound.share > 1;
        if (place instanceof Place.Accepted accepted && accepted.group.equals(group)) {
            if (accepted.kept) {
                send(from.name(), new GroupFrame.Accept(group, accepted.member, marked));
            }
        } else if (meant && group.compareTo(record.newest()) > 0 && (!living || half)) {
            leave();
            record = new GroupRecord(group);
            place = new Place.Accepted(group, member(), now, false);
            actions.add(new Save(record));
        }
        return actions;
    }

    /** A participant has accepted. */
    List<Action> accepted(Link.Peer from, GroupFrame.Accept accept, long now) {
        actions = new ArrayList<>();
        if (round != null && round.accept(from, accept)) {
            round.asked = now;
            for (Link.Peer peer : round.participants) {
                send(peer.name(), new GroupFrame.Collect(round.group));
            }
        }
        return actions;
    }

    /** The second round asks this node. */
    List<Action> collect(Link.Peer from, GroupFrame.Collect collect) {
        actions = new ArrayList<>();
        if (from.equals(collect.group().proposer())
                && place instanceof Place.Accepted accepted
                && accepted.kept
                && accepted.group.equals(collect.group())) {
            actions.add(new HandOver(from.name(), accepted.group));
        }
        return actions;
    }

    /** A participant has told what it knows. */
    List<Action> copied(Link.Peer from, GroupFrame.Copy copy) {
        actions = new ArrayList<>();
        if (round != null && round.group.equals(acceptedGroup()) && round.copy(from, copy)) {
            GroupFrame.Start start = round.start(names, self);
            for (Link.Peer peer : round.participants) {
                send(peer.name(), start);
            }
            round = null;
        }
        return actions;
    }

    /** A founding is complete. */
    List<Action> started(Link.Peer from, GroupFrame.Start start, long now) {
        actions = new ArrayList<>();
        if (from.equals(start.group().proposer())
                && place instanceof Place.Accepted accepted
                && accepted.group.equals(start.group())
                && start.initial().contains(accepted.member)) {
            enter(new Enter(start.group(), accepted.member, start.initial(), start.share(), start.found()), now);
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

    private String decide(Link.@Nullable Peer leader, boolean lost, boolean merge, long now) {
        if (leader != null && !merge && mayJoin(leader, lost, now)) {
            join(leader, now);
            return "joining";
        }
        if (leader != null && !merge) {
            return "joining";
        }
        return found(merge, now);
    }

    private boolean mayJoin(Link.Peer leader, boolean lost, long now) {
        return switch (place) {
            case Place.Free() -> true;
            case Place.Accepted accepted -> now - accepted.since > ACCEPTED_PATIENCE;
            case Place.Joining joining -> false;
            case Place.Bound bound ->
                lost
                        || now - bound.since > ENTERED_PATIENCE
                                && !bound.group.equals(status(leader).bound());
        };
    }

    private void join(Link.Peer leader, long now) {
        GroupFrame.Status status = status(leader);
        leave();
        if (status.bound().compareTo(record.newest()) > 0 || record.equals(GroupRecord.NONE)) {
            record = new GroupRecord(status.bound());
        }
        place = new Place.Joining(new Enter(status.bound(), member(), status.initial(), status.share(), null));
        actions.add(new Save(record));
    }

    private void enter(Enter entry, long now) {
        marked = true;
        settling = null;
        place = new Place.Bound(entry.group, entry.member, entry.share, now);
        actions.add(entry);
    }

    private void leave() {
        if (place instanceof Place.Bound) {
            actions.add(new Leave());
        }
    }

    /** Proposes a founding when it is time, and this node's turn. Says why not. */
    private String found(boolean merge, long now) {
        List<Link.Peer> view = view();
        List<String> present = view.stream().map(Link.Peer::name).distinct().toList();
        if (present.size() < view.size()) {
            settling = null;
            return "two nodes of one name: " + view;
        }
        if (present.size() < Math.max(1, names.size() - 1)) {
            settling = null;
            return waitingFor(present);
        }
        if (!agreed(view, now)) {
            settling = null;
            return "members do not see the same members";
        }
        if (settling == null || !settling.view.equals(view)) {
            settling = new Settling(view, now);
        }
        boolean patient = now - lastLiving >= patience(view, now) || merge;
        if (now - settling.since < SETTLED || !patient) {
            return present.size() < names.size() ? waitingFor(present) : "founding";
        }
        if (view.getFirst().equals(self)) {
            propose(view, now);
        }
        return "founding";
    }

    private String waitingFor(List<String> present) {
        String missing =
                names.stream().filter(name -> !present.contains(name)).collect(Collectors.joining(", "));
        return place instanceof Place.Bound
                ? "no quorum: " + present.size() + " of " + names.size() + " voters reachable"
                : "waiting for members: " + missing;
    }

    /** Whether everybody told freshly that it sees the same nodes, and is configured with the same voters. */
    private boolean agreed(List<Link.Peer> view, long now) {
        return view.stream().filter(peer -> !peer.equals(self)).allMatch(peer -> {
            GroupFrame.Status status = statusOf(peer, now);
            return status != null
                    && sorted(status.view(), peer).equals(view)
                    && status.names().equals(names);
        });
    }

    private long patience(List<Link.Peer> view, long now) {
        boolean all = view.size() == names.size();
        long free = view.stream().filter(peer -> isFree(peer, now)).count();
        if (all && free >= names.size() - (names.size() / 2 + 1) + 1) {
            return Long.MIN_VALUE;
        }
        boolean anyMarked = marked
                || view.stream()
                        .map(peer -> statusOf(peer, now))
                        .anyMatch(status -> status != null && status.marked());
        return all || anyMarked ? PATIENCE : FIRST_PATIENCE;
    }

    private boolean isFree(Link.Peer peer, long now) {
        if (peer.equals(self)) {
            return !(place instanceof Place.Bound);
        }
        GroupFrame.Status status = statusOf(peer, now);
        return status != null && status.bound().equals(GroupId.NONE);
    }

    private void propose(List<Link.Peer> view, long now) {
        long newest = view.stream()
                .map(peer -> statusOf(peer, now))
                .mapToLong(status -> status == null ? 0 : status.newest().epoch())
                .reduce(record.newest().epoch(), Math::max);
        round = new Round(new GroupId(newest + 1, self), view, now);
        // This node is the first to accept: a proposal of which it remembers nothing could be made a second time.
        actions.addAll(0, ownProposal(round, now));
        for (Link.Peer peer : view) {
            if (!peer.equals(self)) {
                send(peer.name(), new GroupFrame.Propose(round.group, view));
            }
        }
    }

    private List<Action> ownProposal(Round mine, long now) {
        List<Action> before = actions;
        List<Action> own = proposed(self, new GroupFrame.Propose(mine.group, mine.participants), false, now);
        actions = before;
        return own;
    }

    private void remind(long now) {
        Round mine = round;
        if (mine == null || now - mine.asked < ASK_AGAIN) {
            return;
        }
        mine.asked = now;
        for (Link.Peer peer : mine.participants) {
            if (mine.accepts.size() < mine.participants.size()) {
                if (!mine.accepts.containsKey(peer)) {
                    send(peer.name(), new GroupFrame.Propose(mine.group, mine.participants));
                }
            } else if (!mine.copies.containsKey(peer)) {
                send(peer.name(), new GroupFrame.Collect(mine.group));
            }
        }
    }

    private @Nullable GroupId acceptedGroup() {
        return place instanceof Place.Accepted accepted ? accepted.group : null;
    }

    /** A connected voter that leads a living group; of several the one of the newest group. */
    private Link.@Nullable Peer livingLeader(long now) {
        return seen.keySet().stream()
                .filter(peer -> isLiving(peer, now) && status(peer).leads())
                .max(Comparator.comparing(peer -> status(peer).bound()))
                .orElse(null);
    }

    /** Two nodes that lost each other have groups with half of everything; when they meet they found one of both. */
    private boolean isHalf(Link.@Nullable Peer leader, boolean living, long now) {
        if (names.size() != 2 || connected.isEmpty()) {
            return false;
        }
        boolean mine = living && place instanceof Place.Bound bound && bound.share > 1;
        boolean whole = living && place instanceof Place.Bound bound && bound.share == 1;
        return !whole && (mine || leader != null && isLiving(leader, now) && status(leader).share() > 1);
    }

    private boolean isLiving(Link.Peer peer, long now) {
        GroupFrame.Status status = statusOf(peer, now);
        return status != null && status.living();
    }

    private GroupFrame.Status status(Link.Peer peer) {
        Seen last = seen.get(peer);
        if (last == null) {
            throw new IllegalStateException("nothing was heard of " + peer);
        }
        return last.status;
    }

    private MemberId member() {
        return new MemberId(self.name(), self.incarnation(), ++counter);
    }

    private void send(String to, GroupFrame frame) {
        actions.add(new Send(to, frame));
    }

    private static List<Link.Peer> sorted(java.util.Collection<Link.Peer> peers, Link.Peer also) {
        return java.util.stream.Stream.concat(peers.stream(), java.util.stream.Stream.of(also))
                .distinct()
                .sorted(Comparator.comparing(Link.Peer::name).thenComparingLong(Link.Peer::incarnation))
                .toList();
    }

    /**
     * Since when all see the same nodes.
     *
     * @param view those
     * @param since instant, nanoseconds
     */
    private record Settling(List<Link.Peer> view, long since) {}

    /** A founding that this node proposed. */
    private static final class Round {
        private final GroupId group;
        private final List<Link.Peer> participants;
        private final long since;
        private final Map<Link.Peer, GroupFrame.Accept> accepts = new LinkedHashMap<>();
        private final Map<Link.Peer, GroupFrame.Copy> copies = new LinkedHashMap<>();
        private long asked;

        Round(GroupId group, List<Link.Peer> participants, long now) {
            this.group = group;
            this.participants = participants;
            this.since = now;
            this.asked = now;
        }

        /** Returns whether that was the last one. */
        boolean accept(Link.Peer from, GroupFrame.Accept accept) {
            return accept.group().equals(group)
                    && participants.contains(from)
                    && accepts.put(from, accept) == null
                    && accepts.size() == participants.size();
        }

        /** Returns whether that was the last one. */
        boolean copy(Link.Peer from, GroupFrame.Copy copy) {
            return copy.group().equals(group)
                    && accepts.size() == participants.size()
                    && participants.contains(from)
                    && copies.put(from, copy) == null
                    && copies.size() == participants.size();
        }

        GroupFrame.Start start(List<String> names, Link.Peer self) {
            boolean first = participants.size() == names.size()
                    && accepts.values().stream().noneMatch(GroupFrame.Accept::marked);
            int share = names.size() == 2 && participants.size() == 1 ? 2 : 1;
            boolean roundUp = self.name().equals(names.getFirst());
            GroupFrame.Copy best = best();
            byte[] state = best == null || best.state() == null ? new byte[0] : best.state();
            boolean unknown = !first && (best == null || !best.exact());
            byte[] found = GroupCodec.encode(new GroupOperation.Found(state, unknown, share, roundUp));
            List<MemberId> initial =
                    accepts.values().stream().map(GroupFrame.Accept::member).sorted().toList();
            return new GroupFrame.Start(group, initial, share, found);
        }

        /** An exact state before all others, else the youngest. Of a state of unknown age nothing is known. */
        private GroupFrame.@Nullable Copy best() {
            return copies.values().stream()
                    .filter(copy -> copy.state() != null)
                    .min(Comparator.comparing((GroupFrame.Copy copy) -> !copy.exact())
                            .thenComparingLong(GroupFrame.Copy::ageNanos))
                    .orElse(null);
        }
    }
}
