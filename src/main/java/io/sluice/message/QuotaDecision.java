package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure;
import org.jspecify.annotations.Nullable;

/** The quota verticle's answer. */
public sealed interface QuotaDecision {
    /** The key's limits after this decision; null when it has none. */
    @Nullable
    KeyLimits keyLimits();

    /** How long the request waited for room, nanoseconds; 0 when it did not. */
    long queuedNanos();

    /**
     * Room was found and debited.
     *
     * @param reservation its number, never 0; to be settled exactly once
     * @param candidate index into the candidates asked for
     * @param expiresAtNanos {@link System#nanoTime()} from which the head may no longer be written
     * @param keyLimits the key's limits
     * @param queuedNanos how long it waited
     */
    record Granted(
            long reservation,
            int candidate,
            long expiresAtNanos,
            @Nullable KeyLimits keyLimits,
            long queuedNanos) implements QuotaDecision {}

    /**
     * No room before the deadline; nothing was debited.
     *
     * @param failure whose limit, and when room is expected; or that nobody grants at the moment
     * @param keyLimits the key's limits
     * @param queuedNanos how long it waited
     */
    record Denied(GatewayFailure failure, @Nullable KeyLimits keyLimits, long queuedNanos) implements QuotaDecision {}
}
