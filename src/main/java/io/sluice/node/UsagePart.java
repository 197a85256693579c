package io.sluice.node;

import io.sluice.store.BudgetSpend;
import io.sluice.store.Database;
import io.sluice.store.UsageWriter;
import io.sluice.usage.LedgerSetup;
import io.sluice.usage.StandingVerticle;
import io.sluice.usage.UsageVerticle;
import io.vertx.core.Deployable;
import java.util.List;

/** Usage is recorded, on disk and in the ledger, and told. */
final class UsagePart {
    private UsagePart() {}

    static List<Deployable> verticles(NodeShared node) {
        Database database = node.database;
        return List.of(
                new StandingVerticle(database, node.config.store().keep(), node.clock),
                new UsageVerticle(
                        node.metrics, node.initial, node.storedKeys, database == null ? null : ledger(node, database)));
    }

    private static LedgerSetup ledger(NodeShared node, Database database) {
        String name = node.config.name();
        return new LedgerSetup(
                node.config.data(),
                name,
                node.config.journal(),
                new UsageWriter(
                        database, name, List.of(new BudgetSpend(name)), node.metrics.store()::written, node.nanoClock),
                node.nanoClock,
                node.clock,
                node.random::nextLong,
                node.openRequests,
                node.config.http().bounds().requests());
    }
}
