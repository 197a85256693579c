package io.sluice.cluster.group;

import io.sluice.cluster.raft.MemberId;

/** Where a node belongs. */
sealed interface Place {
    /** To no group. */
    record Free() implements Place {}

    /**
     * To no group; it agreed to found one.
     *
     * @param group that one
     * @param member who it will be
     * @param since when
     * @param kept whether that is on disk
     */
    record Accepted(GroupId group, MemberId member, long since, boolean kept) implements Place {}

    /**
     * To no group yet; it enters as soon as that is on disk.
     *
     * @param entry how
     */
    record Joining(Founding.Enter entry) implements Place {}

    /**
     * To a group.
     *
     * @param group that one
     * @param member who it is
     * @param share of each limit the group may use, as 1 / share
     * @param since when
     */
    record Bound(GroupId group, MemberId member, int share, long since) implements Place {}
}
