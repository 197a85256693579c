package io.sluice.cluster.raft;

import io.microraft.RaftEndpoint;

/**
 * A member, as the library wants it.
 *
 * @param member who it is
 */
record Endpoint(MemberId member) implements RaftEndpoint {
    static MemberId member(RaftEndpoint endpoint) {
        return ((Endpoint) endpoint).member;
    }

    @Override
    public Object getId() {
        return member;
    }

    @Override
    public String toString() {
        return member.toString();
    }
}
