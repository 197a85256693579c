package io.sluice.cluster.raft;

import java.util.Comparator;

/**
 * One start of one member's log. A log is in memory only, so what was started anew must not speak for what was before: it
 * may have forgotten what it voted for and acknowledged. Hence no identity is ever used twice.
 *
 * @param name the node's name
 * @param incarnation drawn at random for every run of the node
 * @param counter counts the starts within one run, from 1
 */
public record MemberId(String name, long incarnation, int counter) implements Comparable<MemberId> {
    private static final Comparator<MemberId> ORDER = Comparator.comparing(MemberId::name)
            .thenComparingLong(MemberId::incarnation)
            .thenComparingInt(MemberId::counter);

    @Override
    public int compareTo(MemberId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return name + "#" + Long.toHexString(incarnation) + "." + counter;
    }
}
