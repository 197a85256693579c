package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Candidate;

/**
 * Another node heard a provider's word about a candidate of this one. Published to {@link Address#CANDIDATE_HEALTH}, to
 * every lane's router. No attempt of this node: nobody counts it.
 *
 * @param candidate who was asked there
 * @param failure what the provider said
 */
public record CandidateHealth(Candidate candidate, UpstreamFailure failure) {}
