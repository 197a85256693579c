package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.WireFormatException;
import io.sluice.cluster.raft.WireReader;
import io.sluice.cluster.raft.WireWriter;
import java.util.Comparator;

/**
 * One founding of the group. Each is newer than all its proposer knew of, and no proposer names one twice.
 *
 * @param epoch counts foundings, from 1
 * @param proposer who proposed it
 */
record GroupId(long epoch, Link.Peer proposer) implements Comparable<GroupId> {
    private static final Comparator<GroupId> ORDER = Comparator.comparingLong(GroupId::epoch)
            .thenComparing(group -> group.proposer.name())
            .thenComparingLong(group -> group.proposer.incarnation());

    /** Older than every group: no group. */
    static final GroupId NONE = new GroupId(0, new Link.Peer("", 0));

    @Override
    public int compareTo(GroupId other) {
        return ORDER.compare(this, other);
    }

    void write(WireWriter out) {
        out.number(epoch).text(proposer.name()).bits(proposer.incarnation());
    }

    static GroupId read(WireReader in) throws WireFormatException {
        return new GroupId(in.number(), new Link.Peer(in.text(), in.bits()));
    }

    @Override
    public String toString() {
        return this.equals(NONE) ? "" : epoch + "@" + proposer.name() + "#" + Long.toHexString(proposer.incarnation());
    }
}
