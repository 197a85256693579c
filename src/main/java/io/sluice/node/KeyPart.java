package io.sluice.node;

import io.sluice.keys.KeysVerticle;
import io.sluice.store.PgDatabase;
import io.vertx.core.Deployable;
import java.util.List;

/** Virtual keys that are managed by API. */
final class KeyPart {
    private KeyPart() {}

    static List<Deployable> verticles(NodeShared node) {
        PgDatabase database = node.database;
        return database == null
                ? List.of()
                : List.of(new KeysVerticle(
                        database,
                        node.storedKeys,
                        node.initial,
                        node.config.data(),
                        node.config.store().use().snapshotMaxAge(),
                        node.clock,
                        node.metrics.keys()));
    }
}
