package io.sluice.message;

import io.sluice.domain.quota.Estimate;

/**
 * Settles a reservation's units and keeps its places in flight, for a session that goes on. One-way to {@link
 * Address#QUOTA_REST}. It ends as every reservation does: by being replaced, or by {@link SettleQuota}, which then charges
 * nothing. To be said again from time to time, for what nobody hears of is taken for abandoned.
 *
 * @param reservation its number
 * @param sent whether anything was sent that counts; false gives all units back
 * @param actual what was used
 */
public record RestPlaces(long reservation, boolean sent, Estimate actual) {}
