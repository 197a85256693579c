package io.sluice.domain.lease;

import java.util.List;

/**
 * What the group says to a {@link Renewal}. A repeated renewal gets the same answer.
 *
 * @param client whom it is for
 * @param sequence the renewal's number
 * @param status whether it was taken
 * @param time the group's time when it was taken, nanoseconds; the instant of everything called written
 * @param grants one for each statement, in its order
 */
public record Answer(ClientId client, long sequence, Status status, long time, List<ScopeGrant> grants) {
    /** Whether a renewal was taken. */
    public enum Status {
        /** It was taken. */
        TAKEN,
        /** The group does not know this client or has another number of it: its leases are void, it starts over. */
        START_OVER,
        /** Another run of a node of this name came later: this one gets nothing more. */
        REPLACED
    }

    /** Copies the list. */
    public Answer {
        grants = List.copyOf(grants);
    }
}
