package io.sluice.message;

import io.sluice.domain.quota.Estimate;

/**
 * Replaces a reservation's estimate. One-way to {@link Address#QUOTA_SETTLE}; every reservation ends by one settlement
 * without {@code keepKey}, or by being replaced.
 *
 * @param reservation its number
 * @param writtenAtNanos {@link System#nanoTime()} of the turn in which the head was written; meaningless when not sent
 * @param sent whether the head was written; false gives all units back
 * @param actual what was used; on a failed attempt what the provider charges for it
 * @param keepKey whether the request goes on with another attempt: the key's units and its place stay debited, until
 *     the reservation is replaced, or settled again without it
 */
public record SettleQuota(long reservation, long writtenAtNanos, boolean sent, Estimate actual, boolean keepKey) {}
