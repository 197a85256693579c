package io.sluice.domain.quota;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;

/**
 * Takes the book's decision; exactly one method is called, once.
 *
 * @param <R> what the caller makes of it
 */
public interface Verdict<R> {
    /**
     * Room was found and debited.
     *
     * @param reservation its number, never 0
     * @param candidate index into the candidates asked for
     * @param expiresAt instant from which the head may no longer be written
     */
    R granted(long reservation, int candidate, long expiresAt);

    /**
     * No room; nothing is debited.
     *
     * @param failure whose limit, and when room is expected
     */
    R denied(QuotaExceeded failure);
}
