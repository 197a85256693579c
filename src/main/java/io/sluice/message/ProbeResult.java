package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * How a provider answered a {@link ProbeAccount}.
 *
 * @param failure null when it answered well. A verdict that punishes nobody (request wrong, model missing, elsewhere) says
 *     that the provider took the credential, or that the question could not be put. One that is none of the provider's says
 *     that the gateway had no room for the probe: nobody was asked, and a later one may be
 * @param sent whether anything was sent
 * @param writtenAtNanos {@link System#nanoTime()} of the turn in which it was; meaningless when not sent
 * @param firstByteNanos from there to the head of the answer; 0 when there was none
 * @param usage what a request for a token used, as far as the provider says; null otherwise
 */
public record ProbeResult(
        @Nullable GatewayFailure failure,
        boolean sent,
        long writtenAtNanos,
        long firstByteNanos,
        @Nullable TokenUsage usage) {}
