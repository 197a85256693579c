package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What nodes hold of budgets, for operators: who holds how much, and that a node which never comes back holds nothing any more.
 * Safe to use from any context.
 */
public final class HeldRepository {
    private static final String HELD = """
            SELECT scope, sum(greatest(granted - used, 0))::bigint FROM budget_lease WHERE scope = ANY($1) GROUP BY scope
            """;
    private static final String OF_NODE = """
            SELECT coalesce(sum(greatest(granted - used, 0)), 0)::bigint AS held, count(*) AS leases,
                   coalesce(max(renewed_at) > now() - interval '60 seconds', false) AS lately
            FROM budget_lease WHERE node = $1
            """;
    private static final String FORGET = "DELETE FROM budget_lease WHERE node = $1";

    private final Database database;

    /**
     * Of one database.
     *
     * @param database where
     */
    public HeldRepository(Database database) {
        this.database = database;
    }

    /**
     * What one node holds.
     *
     * @param micros millionths of the ledger's currency, of all budgets together
     * @param leases of how many budgets and runs
     * @param lately whether it was granted something within the last minute
     */
    public record Held(long micros, long leases, boolean lately) {}

    /**
     * What nodes hold of some budgets.
     *
     * @param scopes whose
     * @return millionths by scope; those of which nothing is held are left out
     */
    public Future<Map<String, Long>> of(List<String> scopes) {
        return database.use(connection -> connection
                .preparedQuery(HELD)
                .execute(Tuple.of(scopes.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Long> held = new HashMap<>();
                    rows.forEach(row -> held.put(row.getString(0), row.getLong(1)));
                    return held;
                }));
    }

    /** What a node holds. */
    public Future<Held> of(SqlConnection connection, String node) {
        return connection.preparedQuery(OF_NODE).execute(Tuple.of(node)).map(rows -> {
            Row row = rows.iterator().next();
            return new Held(row.getLong("held"), row.getLong("leases"), row.getBoolean("lately"));
        });
    }

    /** What a node holds is free again. It must be gone for good: what it has spent and not yet written would be spent twice. */
    public Future<Void> forget(SqlConnection connection, String node) {
        return connection.preparedQuery(FORGET).execute(Tuple.of(node)).mapEmpty();
    }
}
