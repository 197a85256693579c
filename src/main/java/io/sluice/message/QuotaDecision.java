package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import org.jspecify.annotations.Nullable;

/** The quota verticle's answer. */
public sealed interface QuotaDecision {
    /** The key's limits after this decision; null when it has none. */
    @Nullable
    KeyLimits keyLimits();

    /**
     * Room was found and debited.
     *
     * @param reservation its number, never 0; to be settled exactly once
     * @param candidate index into the candidates asked for
     * @param expiresAtNanos {@link System#nanoTime()} from which the head may no longer be written
     * @param keyLimits the key's limits
     */
    record Granted(
            long reservation,
            int candidate,
            long expiresAtNanos,
            @Nullable KeyLimits keyLimits) implements QuotaDecision {}

    /**
     * No room; nothing was debited.
     *
     * @param failure whose limit, and when room is expected
     * @param keyLimits the key's limits
     */
    record Denied(QuotaExceeded failure, @Nullable KeyLimits keyLimits) implements QuotaDecision {}
}
