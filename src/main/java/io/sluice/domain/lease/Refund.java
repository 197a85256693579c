package io.sluice.domain.lease;

/**
 * Part of what was reported as written, and was not used.
 *
 * @param chargedAt the group's time at which it was charged, or any earlier time, nanoseconds
 * @param units what is given back
 */
public record Refund(long chargedAt, Units units) {}
