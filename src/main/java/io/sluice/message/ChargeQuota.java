package io.sluice.message;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Scope;
import java.util.List;

/**
 * Something was used that nobody was asked for: a response that the provider made by itself although there was no room.
 * Charged at once, as one request. One-way to {@link Address#QUOTA_CHARGE}.
 *
 * @param keyScopes what the virtual key's requests are charged to
 * @param candidate who was used
 * @param actual tokens
 */
public record ChargeQuota(List<Scope> keyScopes, Candidate candidate, Estimate actual) {
    /** Copies the list. */
    public ChargeQuota {
        keyScopes = List.copyOf(keyScopes);
    }
}
