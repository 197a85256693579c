package io.sluice.store;

import io.sluice.message.LeaseUse;
import io.sluice.message.UsageRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What usage records cost their keys and teams: added to what they have spent, and taken out of the leases that it was reserved
 * from, in the transaction of the records. So no cost is counted twice, and none is ever missing from both.
 */
public final class BudgetSpend implements SpendHook {
    // The database's clock says to which time a cost belongs: a node whose clock is wrong must not move it out of a
    // budget.
    private static final String SPEND = """
            INSERT INTO spend (scope, bucket, micros)
            SELECT scope, date_bin('15 minutes', now(), TIMESTAMPTZ '1970-01-01 00:00:00+00'), micros
            FROM unnest($1::text[], $2::bigint[]) AS cost (scope, micros)
            ORDER BY scope
            ON CONFLICT (scope, bucket) DO UPDATE SET micros = spend.micros + excluded.micros
            """;
    private static final String LEASES = """
            INSERT INTO budget_lease (scope, run, node, granted, used)
            SELECT scope, run, $4, 0, micros
            FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS cost (scope, run, micros)
            ORDER BY scope, run
            ON CONFLICT (scope, run) DO UPDATE SET used = budget_lease.used + excluded.used
            """;

    private final String node;

    private record Lease(String scope, long run) implements Comparable<Lease> {
        @Override
        public int compareTo(Lease other) {
            int byScope = scope.compareTo(other.scope);
            return byScope == 0 ? Long.compare(run, other.run) : byScope;
        }
    }

    /**
     * For the records of one node.
     *
     * @param node its name
     */
    public BudgetSpend(String node) {
        this.node = node;
    }

    @Override
    public Future<Void> spend(SqlConnection connection, List<UsageRecord> inserted) {
        Map<String, Long> spent = new TreeMap<>();
        Map<Lease, Long> leases = new TreeMap<>();
        for (UsageRecord usage : inserted) {
            long micros = usage.used().charge().micros();
            if (micros == 0) {
                continue;
            }
            spent.merge("key:" + usage.caller().key(), micros, Math::addExact);
            if (usage.caller().team() != null) {
                spent.merge("team:" + usage.caller().team(), micros, Math::addExact);
            }
            if (usage.caller().parentTeam() != null) {
                spent.merge("team:" + usage.caller().parentTeam(), micros, Math::addExact);
            }
            LeaseUse used = usage.used().leases();
            if (used != null) {
                used.scopes().forEach(scope -> leases.merge(new Lease(scope, used.run()), micros, Math::addExact));
            }
        }
        if (spent.isEmpty()) {
            return Future.succeededFuture();
        }
        Tuple costs = Tuple.tuple()
                .addArrayOfString(spent.keySet().toArray(String[]::new))
                .addArrayOfLong(spent.values().toArray(Long[]::new));
        return connection
                .preparedQuery(SPEND)
                .execute(costs)
                .compose(rows -> leases.isEmpty() ? Future.succeededFuture() : consume(connection, leases));
    }

    private Future<Void> consume(SqlConnection connection, Map<Lease, Long> leases) {
        return connection
                .preparedQuery(LEASES)
                .execute(Tuple.tuple()
                        .addArrayOfString(
                                leases.keySet().stream().map(Lease::scope).toArray(String[]::new))
                        .addArrayOfLong(leases.keySet().stream().map(Lease::run).toArray(Long[]::new))
                        .addArrayOfLong(leases.values().toArray(Long[]::new))
                        .addString(node))
                .mapEmpty();
    }
}
