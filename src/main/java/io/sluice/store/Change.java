package io.sluice.store;

import org.jspecify.annotations.Nullable;

/**
 * What one piece of work has changed, for the audit log.
 *
 * @param answer what its caller gets; may be anything but null
 * @param action verb: {@code create}, {@code update}, {@code delete}, {@code revoke} and so on
 * @param kind of the thing, as in {@link io.sluice.message.StoreChanged}
 * @param name of the thing
 * @param before the thing as it was, a JSON text without secrets; null when there was none
 * @param after as it is now, a JSON text without secrets; null when it is gone
 * @param <T> type of the answer
 */
public record Change<T>(
        T answer,
        String action,
        String kind,
        String name,
        @Nullable String before,
        @Nullable String after) {}
