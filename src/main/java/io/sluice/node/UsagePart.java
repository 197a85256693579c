package io.sluice.node;

import io.sluice.config.AccessLogConfig;
import io.sluice.config.AccessLogConfig.To;
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
        AccessLogConfig log = node.config.observe().accessLog();
        AccessLogVerticle lines = new AccessLogVerticle(log, node.clock, node.metrics.runtime());
        return List.of(
                // Before whoever writes to it.
                lines,
                new StandingVerticle(database, node.config.store().keep(), node.clock),
                new UsageVerticle(
                        node.metrics,
                        node.initial,
                        node.storedKeys,
                        database == null ? null : ledger(node, database),
                        log.to() == To.LOG ? null : lines));
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
