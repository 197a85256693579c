package io.sluice.health;

import io.sluice.domain.SplitMix;
import io.sluice.message.ClusterView;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Which accounts this node tries for the whole cluster: of all nodes that are there, the one whose name and the account's
 * give the largest hash (rendezvous hashing, Thaler and Ravishankar 1998). Every five minutes it is another's turn, for a node
 * without requests can give none as a trial. A node that is alone tries them all. Used on one event loop.
 */
final class Leadership {
    private static final long TURN_MILLIS = Duration.ofMinutes(5).toMillis();

    private final String self;
    private final InstantSource wallClock;
    private List<String> names = List.of();

    /**
     * Of a node that knows nobody else yet.
     *
     * @param self its name
     * @param wallClock for the turns
     */
    Leadership(String self, InstantSource wallClock) {
        this.self = self;
        this.wallClock = wallClock;
    }

    /** These are there. */
    void members(ClusterView view) {
        names = view.members().stream().map(ClusterView.Member::name).toList();
    }

    /** Whether it is this node that tries an account. */
    boolean leads(String accountId) {
        long turn = wallClock.millis() / TURN_MILLIS;
        String first = self;
        long most = hash(self, accountId, turn);
        for (String name : names) {
            long other = hash(name, accountId, turn);
            if (other > most || other == most && name.compareTo(first) < 0) {
                first = name;
                most = other;
            }
        }
        return first.equals(self);
    }

    private static long hash(String name, String accountId, long turn) {
        return SplitMix.mix(name.hashCode() + turn, accountId.hashCode());
    }
}
