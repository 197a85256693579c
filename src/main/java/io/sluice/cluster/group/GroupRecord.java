package io.sluice.cluster.group;

/**
 * What a voter must not forget when it stops: that there was a group, and which.
 *
 * @param newest the newest group it accepted or belonged to; {@link GroupId#NONE} before its first
 */
record GroupRecord(GroupId newest) {
    /** Of a node that never belonged to a group. */
    static final GroupRecord NONE = new GroupRecord(GroupId.NONE);
}
