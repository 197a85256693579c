package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Journal;
import java.util.List;

/**
 * All limit windows, and who holds which part of them. A deterministic state machine: the same operations give the same
 * answers, the same bytes and the same hash on every replica, also from a snapshot. Confined to one thread; knows no clock.
 */
public final class QuotaGroup {
    /** A replica of a group that was not founded yet: it answers nothing before {@link GroupOperation.Found} was applied. */
    public QuotaGroup() {
        throw new UnsupportedOperationException();
    }

    /**
     * The group of a node that is alone, founded at once. What a journal holds may be repeated before its first operation.
     *
     * @param journal where every change of a window is written first
     * @param time the group's time to begin with: the machine's monotonic clock, nanoseconds
     * @param unknownUntil instant up to which nothing is known of what was charged: every window starts full with it; {@link
     *     Long#MIN_VALUE} when everything is known
     */
    public static QuotaGroup alone(Journal journal, long time, long unknownUntil) {
        throw new UnsupportedOperationException();
    }

    /**
     * The group of a snapshot.
     *
     * @param snapshot what {@link #snapshot} gave, on this or another replica
     */
    public static QuotaGroup restore(byte[] snapshot) throws GroupFormatException {
        throw new UnsupportedOperationException();
    }

    /**
     * Repeats what a journal holds.
     *
     * @param scope id of the scope
     * @param dimension what was counted
     * @param windowNanos length of the window
     * @param instant of the charge, nanoseconds
     * @param units negative for what was given back
     */
    public void replay(String scope, Dimension dimension, long windowNanos, long instant, long units) {
        throw new UnsupportedOperationException();
    }

    /** Shows everything that counts, so that a journal can begin anew. */
    public void writeTo(Journal sink) {
        throw new UnsupportedOperationException();
    }

    /**
     * Applies the next operation of the log.
     *
     * @return the answers to the renewals of a batch, in their order; empty for other operations
     */
    public List<Answer> apply(GroupOperation operation) {
        throw new UnsupportedOperationException();
    }

    /** Everything, as bytes; equal on every replica that applied the same operations. */
    public byte[] snapshot() {
        throw new UnsupportedOperationException();
    }

    /**
     * What a new group may start with: only charges of what was written under finished, settled leases and that will
     * still count after so much time; no leases, no sequence numbers, no fills. For {@link GroupOperation.Found#known}.
     *
     * @param ageNanos how old this copy is at least known to be
     */
    public byte[] known(long ageNanos) {
        throw new UnsupportedOperationException();
    }

    /** The newest sequence number that was taken from a client; 0 when it is not known. */
    public long taken(ClientId client) {
        throw new UnsupportedOperationException();
    }

    /** The group's time, nanoseconds since it was founded. */
    public long time() {
        throw new UnsupportedOperationException();
    }

    /** Whether it was closed: it grants nothing any more, and its state is exact. */
    public boolean isClosed() {
        throw new UnsupportedOperationException();
    }

    /** A hash of the whole state. */
    public long hash() {
        throw new UnsupportedOperationException();
    }

    /** Every scope that holds something, by id. */
    public List<ScopeCounters> counters() {
        throw new UnsupportedOperationException();
    }
}
