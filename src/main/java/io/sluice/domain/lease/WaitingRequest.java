package io.sluice.domain.lease;

/**
 * A request that waits for room in a scope. Requests are ordered by {@code priority} (larger first), then {@code rank}
 * (smaller first), then {@code waitedNanos} (larger first).
 *
 * @param priority class of its virtual key, raised with the time it waits
 * @param rank how many requests of the same virtual key wait before it on its node; so every key gets its turn
 * @param waitedNanos how long it has been at its rank: since it came, or since its key was last served
 * @param units what it needs
 */
public record WaitingRequest(int priority, int rank, long waitedNanos, Units units) {}
