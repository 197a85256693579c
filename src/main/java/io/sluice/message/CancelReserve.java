package io.sluice.message;

/**
 * A request no longer waits for room: its client has left. One-way to {@link Address#QUOTA_CANCEL}; nothing happens when it
 * does not wait. A request that waited is answered as denied, and nothing is debited.
 *
 * @param ticket {@link Waiter#ticket()}
 */
public record CancelReserve(long ticket) {}
