package io.sluice.node;

import io.sluice.store.PgDatabase;
import io.vertx.core.Deployable;
import java.util.List;

/** The ledger's database. */
final class StorePart {
    private StorePart() {}

    static List<Deployable> verticles(NodeShared node) {
        PgDatabase database = node.database;
        if (database == null) {
            return List.of();
        }
        node.metrics.store().watch(database::isUp, database::secondsSinceFailure);
        return List.of(new StoreVerticle(node.config, database));
    }
}
