package io.sluice.domain.lease;

import java.util.List;
import java.util.Map;

/** One entry of the group's log. Every replica applies the same operations in the same order. */
public sealed interface GroupOperation {
    /**
     * A leader took over. Adds no time: what passed between two leaders' stamps is lost, so that time is never early.
     *
     * @param leader its name and incarnation
     */
    record NewTerm(String leader) implements GroupOperation {}

    /**
     * The first operation of a new group; nothing is granted before it.
     *
     * @param known state that is known exactly, in the form of {@link QuotaGroup#writeTo}; empty when there is none
     * @param unknown whether something may have been charged that nobody knows: every window starts full, charged at now
     *     and the leases' longest life
     * @param share of each limit this group may use, as 1 / share; 1 or 2
     * @param roundUp whether the share of an odd limit is rounded up
     */
    record Found(byte[] known, boolean unknown, int share, boolean roundUp) implements GroupOperation {}

    /**
     * Time passed, and nodes spoke.
     *
     * @param elapsedNanos by the leader's monotonic clock since its last batch, rounded down, at least 0
     * @param days for each time zone in use, the day it is there as days since 1970-01-01; by the leader's wall clock,
     *     some seconds late. Never goes back
     * @param renewals in the order in which they are taken
     */
    record Batch(long elapsedNanos, Map<String, Long> days, List<Renewal> renewals) implements GroupOperation {
        /** Copies the collections. */
        public Batch {
            days = Map.copyOf(days);
            renewals = List.copyOf(renewals);
        }
    }

    /** Nothing is granted any more: the cluster stops as a whole, and its state is kept. */
    record Close() implements GroupOperation {}
}
