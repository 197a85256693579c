package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.Candidate;
import org.jspecify.annotations.Nullable;

/**
 * One attempt is over. Published once for each attempt, to {@link Address#ATTEMPT_FINISHED}.
 *
 * @param candidate who was asked
 * @param failure what went wrong; null for success
 * @param sent whether the request head was written
 * @param headNanos from the written request to the response head; -1 when there was none
 * @param firstNanos from the written request to the first byte of the answer's body that its client could see; -1 when
 *     there was none. Of an attempt that lost against another one of its request, which was asked no earlier, it is how long
 *     it had been waited for: its failure is {@link GatewayFailure.ClientClosed} then, and its first byte would have
 *     taken at least so long
 * @param totalNanos from the start of the attempt to its end
 */
public record AttemptFinished(
        Candidate candidate,
        @Nullable GatewayFailure failure,
        boolean sent,
        long headNanos,
        long firstNanos,
        long totalNanos) {}
