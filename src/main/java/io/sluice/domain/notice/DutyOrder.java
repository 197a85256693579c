package io.sluice.domain.notice;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Who sends a sink's messages, who does when that node is silent, and so on: rendezvous hashing (Thaler, Ravishankar 1998),
 * so that every node finds the same order without asking, and a node that comes or goes changes as little as it can.
 */
final class DutyOrder {
    private DutyOrder() {}

    /** The nodes in the order of their duty for a sink; the same on every node, in whatever order they come. */
    static List<String> of(String sink, Collection<String> nodes) {
        return nodes.stream()
                .distinct()
                .sorted(Comparator.comparingLong((String node) -> score(sink, node))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private static long score(String sink, String node) {
        long hash = 0xcbf29ce484222325L;
        String both = sink + '\n' + node;
        for (int i = 0; i < both.length(); i++) {
            hash = (hash ^ both.charAt(i)) * 0x100000001b3L;
        }
        // FNV-1a leaves the high bits of short texts alike; this is the end of MurmurHash3.
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return hash ^ hash >>> 33;
    }
}
