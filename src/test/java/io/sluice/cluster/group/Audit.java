package io.sluice.cluster.group;

import io.sluice.domain.lease.ClientId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all clients were told, against what a leader holds. Each renewal says that one more request was written; so a group
 * must count at least what was acknowledged in it, and at most what was asked.
 */
final class Audit {
    private static final int HASHED = 8;

    private final Map<ClientId, GroupId> homes = new LinkedHashMap<>();
    private final Map<ClientId, Long> acknowledged = new HashMap<>();
    private final Map<ClientId, Long> asked = new LinkedHashMap<>();
    private final Map<GroupId, Long> filled = new HashMap<>();
    private final Map<String, Long> hashes = new HashMap<>();
    private final Map<GroupId, Long> furthest = new HashMap<>();
    private long checks;

    void asked(ClientId client, long sequence) {
        asked.put(client, sequence);
    }

    void acknowledged(ClientId client, long sequence, @Nullable GroupId group) {
        if (sequence == 1 && group != null) {
            homes.put(client, group);
        }
        acknowledged.put(client, sequence);
    }

    /** How often {@link #leader} has looked at something. */
    long checks() {
        return checks;
    }

    /** Any member's copy. */
    void member(GroupId group, GroupReplica replica) {
        furthest.merge(group, replica.applied(), Math::max);
        if (replica.failures() > 0 || !replica.broken().isEmpty()) {
            throw new AssertionError("an operation failed: " + replica.broken());
        }
        if (replica.applied() % HASHED != 0) {
            return;
        }
        String at = group + "/" + replica.applied();
        long hash = replica.group().hash();
        Long before = hashes.putIfAbsent(at, hash);
        if (before != null && before != hash) {
            throw new AssertionError("members differ at " + at);
        }
    }

    /**
     * A leader's copy. One that is behind any member was deposed and does not know it yet: it speaks for nobody.
     *
     * @param counted requests that it counts
     */
    void leader(GroupId group, GroupReplica replica, long counted) {
        if (replica.applied() < furthest.getOrDefault(group, 0L)) {
            return;
        }
        if (counted == 0 && !filled.containsKey(group)) {
            // Nobody spoke in it yet, so there is no window that could be full.
            return;
        }
        long fill = filled.computeIfAbsent(group, g -> counted >= SimulatedCluster.LIMIT ? SimulatedCluster.LIMIT : 0L);
        long atLeast = 0;
        long atMost = 0;
        for (Map.Entry<ClientId, Long> one : asked.entrySet()) {
            ClientId client = one.getKey();
            GroupId home = homes.get(client);
            if (group.equals(home)) {
                long told = acknowledged.getOrDefault(client, 0L);
                long has = replica.group().taken(client);
                if (has != 0 && has < told) {
                    throw new AssertionError(client + " was told of " + told + ", " + group + " has " + has);
                }
                atLeast += told;
            }
            if (home == null || group.equals(home)) {
                atMost += one.getValue();
            }
        }
        if (counted - fill < atLeast || counted - fill > atMost) {
            throw new AssertionError(group + " counts " + (counted - fill) + ", told " + atLeast + ", asked " + atMost);
        }
        checks++;
    }
}
