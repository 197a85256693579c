package io.sluice.message;

/**
 * Something in the store was changed through the admin API. Announced to {@link Address#STORE_CHANGED} on every node after
 * the commit; may be lost, or repeated: whoever keeps rows reads the ones with a number above its own, on a timer too.
 *
 * @param kind of the thing: {@code key}, {@code team}, {@code token} and so on; a later program may name others
 * @param number of the change; numbers become visible in their order, and some are left out
 */
public record StoreChanged(String kind, long number) {}
