package io.sluice.domain.lease;

import io.sluice.domain.quota.LimitSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one client holds of one scope, and what it waits for there. Changed by its scope and by the round that grants. */
final class Holding {
    final GroupClient client;
    final GroupScope scope;

    /** What the client's revision says. */
    LimitSet definition = LimitSet.NONE;

    /** Units held, by dimension; charged at {@link #expiry}. */
    final long[] units = new long[Units.DIMENSIONS];

    /** The instant at which the units are charged, nanoseconds. */
    long expiry = Long.MIN_VALUE;

    /** The batch in which they were charged: windows that began later do not have them. */
    long batch;

    /** Places in flight. */
    int places;

    /** The first of those that wait, as told at {@link #toldAt}. */
    List<WaitingRequest> first = List.of();

    /** The sum of all that wait. */
    Units waiting = Units.NONE;

    /** When the client spoke of this scope last, nanoseconds. */
    long toldAt = Long.MIN_VALUE;

    /** The statement of the present batch; null outside of one. */
    @Nullable
    ScopeStatement statement;

    /** Units granted in the present batch. */
    final long[] granted = new long[Units.DIMENSIONS];

    /** How many of {@link #first} the present round has looked at. */
    int looked;

    /** Those of {@link #first} that the present round did not serve. */
    final List<WaitingRequest> missed = new ArrayList<>(0);

    /** The answer to the statement. */
    @Nullable
    ScopeGrant grant;

    Holding(GroupClient client, GroupScope scope) {
        this.client = client;
        this.scope = scope;
    }

    /** Whether it holds any unit. */
    boolean hasUnits() {
        for (long amount : units) {
            if (amount != 0) {
                return true;
            }
        }
        return false;
    }
}
