package io.sluice.domain.lease;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of one scope: what became of its lease, and what it would like to have. Everything the node held of
 * the scope is settled by it: {@code written} is charged now, {@code kept} is charged anew at its new expiry, the rest
 * becomes free.
 *
 * @param scope its number in this client's definitions
 * @param written units written, or past their expiry and in doubt, since the last statement; may exceed what was held
 * @param refunds parts of what earlier statements called written
 * @param kept units still held, spendable or reserved
 * @param places places in flight that stay held: requests in flight, and spare ones
 * @param wanted units to hold in all besides what waiting requests need; given when there is plenty
 * @param wantedPlaces places to hold in all besides what waiting requests need
 * @param first the first of those that wait here, in their order; at most {@link #MOST_WAITING}
 * @param waiting the sum of all that wait here
 * @param observation what the provider said since the last statement; null for nothing
 */
public record ScopeStatement(
        int scope,
        Units written,
        List<Refund> refunds,
        Units kept,
        int places,
        Units wanted,
        int wantedPlaces,
        List<WaitingRequest> first,
        Units waiting,
        @Nullable Observation observation) {
    /** How many waiting requests are told one by one. */
    public static final int MOST_WAITING = 16;

    /** Copies the lists. */
    public ScopeStatement {
        refunds = List.copyOf(refunds);
        first = List.copyOf(first);
    }
}
