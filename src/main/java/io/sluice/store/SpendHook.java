package io.sluice.store;

import io.sluice.message.UsageRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;

/** What else is written with usage records, in their transaction. */
@FunctionalInterface
public interface SpendHook {
    /**
     * Called once for each record that is new to the ledger, and never for one that was there. When nodes do so at the same
     * time, rows are to be changed in one order everywhere, so that no two wait for one another.
     *
     * @param connection in the transaction of the records; later work on it waits for this
     * @param inserted the new ones, in the order of their ids; not empty
     * @return done; a failure undoes the records, too
     */
    Future<Void> spend(SqlConnection connection, List<UsageRecord> inserted);
}
