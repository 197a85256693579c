package io.sluice.config;

import io.sluice.domain.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Where the ledger is kept.
 *
 * @param kind where
 * @param url PostgreSQL URL of a server, without the password; null for any other kind
 * @param password its password; null for none
 */
public record StoreConfig(
        Kind kind, @Nullable String url, @Nullable Secret password) {
    /** No ledger at all. */
    public static final StoreConfig NONE = new StoreConfig(Kind.NONE, null, null);

    /** A database of the node's own. */
    public static final StoreConfig EMBEDDED = new StoreConfig(Kind.EMBEDDED, null, null);

    /** Where a ledger may be. */
    public enum Kind {
        /** Nowhere: usage goes to the access log alone, keys and teams come from files alone. */
        NONE,
        /** In a PostgreSQL that the node starts, under {@code data/}. */
        EMBEDDED,
        /** In a PostgreSQL that somebody else runs. */
        SERVER
    }
}
