package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The other voters that are connected, and what they said last. */
final class Others {
    /** After this a status is no news. */
    static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    /**
     * A status, and when it came.
     *
     * @param status of a voter
     * @param at instant, nanoseconds
     */
    private record Said(GroupFrame.Status status, long at) {}

    private final Link.Peer self;
    private final List<String> names;
    private final Map<Link.Peer, Said> said = new HashMap<>();
    private Set<Link.Peer> connected = Set.of();

    /**
     * Nobody is connected.
     *
     * @param self this node
     * @param names all voters, sorted
     */
    Others(Link.Peer self, List<String> names) {
        this.self = self;
        this.names = names;
    }

    /** These are connected now, voters or not. */
    void connected(Set<Link.Peer> peers) {
        connected = peers.stream().filter(peer -> names.contains(peer.name())).collect(Collectors.toUnmodifiableSet());
        said.keySet().retainAll(connected);
    }

    /** One said how it stands. */
    void said(Link.Peer from, GroupFrame.Status status, long now) {
        if (connected.contains(from)) {
            said.put(from, new Said(status, now));
        }
    }

    boolean isEmpty() {
        return connected.isEmpty();
    }

    /** All voters connected, and this node. */
    List<Link.Peer> view() {
        return sorted(connected, self);
    }

    /** What one said, if it is fresh. */
    GroupFrame.@Nullable Status status(Link.Peer peer, long now) {
        Said last = said.get(peer);
        return last != null && now - last.at <= FRESH ? last.status : null;
    }

    /** Whether anybody belongs to a group that lives. */
    boolean isAnyLiving(long now) {
        return fresh(now).anyMatch(GroupFrame.Status::living);
    }

    /** Whether anybody ever belonged to a group. */
    boolean isAnyMarked(long now) {
        return fresh(now).anyMatch(GroupFrame.Status::marked);
    }

    /** How many belong to no group. */
    long free(long now) {
        return fresh(now).filter(status -> status.bound().equals(GroupId.NONE)).count();
    }

    /** The largest epoch of anybody. */
    long newestEpoch(long now) {
        return fresh(now).mapToLong(status -> status.newest().epoch()).max().orElse(0);
    }

    /** Whether each said freshly that it sees the same nodes, and is configured with the same voters. */
    boolean agree(long now) {
        List<Link.Peer> view = view();
        return connected.stream().allMatch(peer -> {
            GroupFrame.Status status = status(peer, now);
            return status != null
                    && sorted(status.view(), peer).equals(view)
                    && status.names().equals(names);
        });
    }

    /** What the leader of a living group said; of several groups the newest. */
    GroupFrame.@Nullable Status leader(long now) {
        return fresh(now)
                .filter(status -> status.living() && status.leads())
                .max(Comparator.comparing(GroupFrame.Status::bound))
                .orElse(null);
    }

    private Stream<GroupFrame.Status> fresh(long now) {
        return said.values().stream().filter(one -> now - one.at <= FRESH).map(Said::status);
    }

    private static List<Link.Peer> sorted(Collection<Link.Peer> peers, Link.Peer also) {
        return Stream.concat(peers.stream(), Stream.of(also))
                .distinct()
                .sorted(Comparator.comparing(Link.Peer::name).thenComparingLong(Link.Peer::incarnation))
                .toList();
    }
}
