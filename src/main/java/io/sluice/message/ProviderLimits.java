package io.sluice.message;

import io.sluice.domain.lease.Observation;
import io.sluice.domain.pool.Candidate;

/**
 * What a provider's answer said about its own limits. One-way to {@link Address#PROVIDER_LIMITS}, at the response head, at
 * most some times a second for each account.
 *
 * @param candidate who was asked
 * @param observation what it said
 */
public record ProviderLimits(Candidate candidate, Observation observation) {}
