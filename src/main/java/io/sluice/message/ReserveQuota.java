package io.sluice.message;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.CandidateList;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Scope;
import java.util.List;

/**
 * Asks for room: the first candidate whose scopes all have it is debited together with the key's scopes, or nothing is.
 * When none has room but one will before the deadline, the answer waits. Request to {@link Address#QUOTA_RESERVE}; answered
 * with {@link QuotaDecision}.
 *
 * @param keyScopes what the virtual key's requests are charged to; empty when it has no limits
 * @param candidates best first, at least one
 * @param estimate tokens the request will take
 * @param replaces the same request's earlier reservation: expired unwritten, or settled with {@code keepKey}; 0 for none.
 *     It ends in the same step, whatever the answer
 * @param deadlineNanos {@link System#nanoTime()} until which the request may wait; the answer comes by then
 * @param waiter who waits
 */
public record ReserveQuota(
        List<Scope> keyScopes,
        List<Candidate> candidates,
        Estimate estimate,
        long replaces,
        long deadlineNanos,
        Waiter waiter) {
    /** Copies the lists. */
    public ReserveQuota {
        keyScopes = List.copyOf(keyScopes);
        candidates = CandidateList.copyOf(candidates);
    }
}
