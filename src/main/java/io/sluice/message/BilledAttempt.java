package io.sluice.message;

import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;

/**
 * An attempt that did not give the client its answer, and that its provider may bill all the same: the loser of a hedge, an
 * attempt whose end nobody saw, an answer that was cut before its first byte reached the client.
 *
 * @param channel its channel
 * @param account {@code channel/account}
 * @param model public model name it served
 * @param upstreamModel the provider's name for it
 * @param usage tokens, as far as known
 * @param isEstimated whether the tokens are an estimate
 * @param charge what it cost the operator; the key does not pay for it
 * @param cause why it gave no answer: a code as in {@link UsageRecord#error()}, or {@code hedge_lost} where another attempt
 *     had the first byte
 */
public record BilledAttempt(
        String channel,
        String account,
        String model,
        String upstreamModel,
        TokenUsage usage,
        boolean isEstimated,
        Charge charge,
        String cause) {}
