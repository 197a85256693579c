package io.sluice.node;

import io.sluice.budget.BudgetVerticle;
import io.sluice.store.BudgetRepository;
import io.sluice.store.PgDatabase;
import io.vertx.core.Deployable;
import java.util.List;

/** What keys and teams may spend; without a ledger nobody keeps budgets. */
final class BudgetPart {
    private BudgetPart() {}

    static List<Deployable> verticles(NodeShared node) {
        PgDatabase database = node.database;
        if (database == null) {
            return List.of();
        }
        long run = node.random.nextLong() | 1;
        return List.of(new BudgetVerticle(
                node.config.budget(),
                new BudgetRepository(database, node.config.name(), run),
                node.nanoClock,
                node.clock,
                node.metrics.budgets()));
    }
}
