package io.sluice.message;

/**
 * Who waits when there is no room yet.
 *
 * @param ticket unique on the node; names the request in {@link CancelReserve}. A request keeps its ticket over all its
 *     reservations
 * @param requestId the request's id
 * @param key name of the virtual key; keys take turns
 * @param priority class of the key, larger goes first
 * @param sinceNanos {@link System#nanoTime()} at which the request first asked for room
 * @param bytes memory that the request holds while it waits
 */
public record Waiter(long ticket, String requestId, String key, int priority, long sinceNanos, int bytes) {}
