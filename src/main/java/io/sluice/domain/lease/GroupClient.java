package io.sluice.domain.lease;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of a node, as the group knows it. */
final class GroupClient {
    /** How many earlier runs of the same node are remembered, so that they learn that they were replaced. */
    static final int MOST_EARLIER = 16;

    final ClientId id;

    /** The group's time of its first renewal: what it says it wrote earlier was never told here. */
    final long since;

    /** Incarnations of the same node that this one replaced, oldest first. */
    final List<Long> earlier;

    /** What it holds, by its own number of the scope. */
    final List<Holding> holdings = new ArrayList<>();

    /** The newest sequence number that was taken. */
    long sequence;

    /** The batch that took it. */
    long takenIn;

    /** The group's time of its last renewal. */
    long heardAt;

    /** The answer to its last renewal; null only within the batch that takes a renewal. */
    @Nullable
    Answer answer;

    GroupClient(ClientId id, long since, List<Long> earlier) {
        this.id = id;
        this.since = since;
        this.earlier = List.copyOf(earlier);
    }

    /** What the next run of the same node remembers. */
    List<Long> andEarlier() {
        List<Long> all = new ArrayList<>(earlier);
        all.add(id.incarnation());
        return all.subList(Math.max(0, all.size() - MOST_EARLIER), all.size());
    }
}
