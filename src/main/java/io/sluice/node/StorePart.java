package io.sluice.node;

import io.sluice.store.PgDatabase;
import io.vertx.core.Deployable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ledger's database. */
final class StorePart implements Part {
    private @Nullable StoreVerticle verticle;

    @Override
    public List<Deployable> verticles(NodeShared node) {
        PgDatabase database = node.database;
        if (database == null) {
            return List.of();
        }
        node.metrics.store().watch(database::isUp, database::secondsSinceFailure);
        StoreVerticle made = new StoreVerticle(node.config, database);
        verticle = made;
        return List.of(made);
    }

    /** What stands when the database can be used. */
    List<Deployable> gate(NodeShared node) {
        return verticle == null ? List.of() : List.of(verticle.gate());
    }
}
