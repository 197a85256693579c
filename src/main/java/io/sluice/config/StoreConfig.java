package io.sluice.config;

import io.sluice.domain.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the ledger is kept.
 *
 * @param kind where
 * @param server the server; null for any other kind
 * @param use how it is used; the same for every kind that has a database
 * @param keep for how long what was used is kept
 * @param masterKeys open the secrets that are kept in it, the newest first, which seals new ones; empty for the node's own file
 * @param transit a master key that never leaves its service; null for none
 */
public record StoreConfig(
        Kind kind,
        @Nullable StoreServer server,
        StoreUse use,
        StoreKeep keep,
        List<Secret> masterKeys,
        @Nullable TransitConfig transit) {
    /** No ledger at all. */
    public static final StoreConfig NONE =
            new StoreConfig(Kind.NONE, null, StoreUse.DEFAULT, StoreKeep.DEFAULT, List.of(), null);

    /** A database of the node's own. */
    public static final StoreConfig EMBEDDED =
            new StoreConfig(Kind.EMBEDDED, null, StoreUse.DEFAULT, StoreKeep.DEFAULT, List.of(), null);

    /** Copies the list. */
    public StoreConfig {
        masterKeys = List.copyOf(masterKeys);
    }

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
