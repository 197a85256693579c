package io.sluice.cluster.link;

import io.sluice.cluster.link.Link.Peer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which run of each name is the present one. Incarnations are random, so age is the order in which runs proved themselves
 * here: who comes last is the newer one, and who was replaced does not come back. Used on the link's event loop.
 */
final class Incarnations {
    private static final int MAX_REPLACED = 1_000;

    private final Peer self;
    private final Map<String, Peer> present = new HashMap<>();
    private final Set<Peer> replaced = new LinkedHashSet<>();

    /**
     * Nobody is known yet.
     *
     * @param self this run of this node
     */
    Incarnations(Peer self) {
        this.self = self;
    }

    /** Why a peer is not wanted, for both logs; empty when it is. */
    Optional<String> objectionTo(Peer peer) {
        if (peer.equals(self)) {
            return Optional.of("the node dialled itself");
        }
        if (peer.name().equals(self.name()) || replaced.contains(peer)) {
            return Optional.of("two nodes are named " + peer.name());
        }
        return Optional.empty();
    }

    /** A peer has proven itself: any other run of its name is an older one. */
    void proven(Peer peer) {
        Peer before = present.put(peer.name(), peer);
        if (before != null && !before.equals(peer) && replaced.add(before) && replaced.size() > MAX_REPLACED) {
            replaced.remove(replaced.iterator().next());
        }
    }
}
