package io.sluice.domain.health;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.pool.Candidate;
import org.jspecify.annotations.Nullable;

/**
 * The end of an attempt. Times are monotonic nanoseconds.
 *
 * @param candidate who was asked
 * @param failure what went wrong; null for success
 * @param sent whether the request head was written
 * @param startedNanos when it began
 * @param firstNanos from the written request to the first byte of the answer; -1 when there was none
 */
public record Outcome(
        Candidate candidate, @Nullable GatewayFailure failure, boolean sent, long startedNanos, long firstNanos) {
    /** What it says about whom was asked; null for success. */
    @Nullable
    Verdict verdict() {
        return failure == null ? null : Verdict.of(failure);
    }
}
