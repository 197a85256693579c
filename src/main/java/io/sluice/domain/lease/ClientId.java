package io.sluice.domain.lease;

/**
 * One run of a node, as the group knows it. Leases and sequence numbers belong to it and to one group.
 *
 * @param node name of the node
 * @param incarnation drawn at random for every run, and anew whenever the node has to start over; never 0
 */
public record ClientId(String node, long incarnation) {
    @Override
    public String toString() {
        return node + "#" + Long.toHexString(incarnation);
    }
}
