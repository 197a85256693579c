package io.sluice.store;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.LeaseAnswer;
import io.sluice.domain.budget.LeaseDemand;
import io.sluice.domain.budget.LeaseState;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * What nodes hold of budgets. One lease at a time is granted of each scope, whoever asks, and each counts what was spent and what
 * everybody holds at that moment: no two nodes are granted the same money. Safe to use from any context.
 */
public final class BudgetRepository {
    // The lock and the time in one statement; what follows sees all that others have committed before.
    private static final String LOCK = """
            WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(1937075568, hashtext($1)))
            SELECT clock_timestamp() FROM locked
            """;
    private static final String STATE = """
            SELECT (SELECT coalesce(sum(micros), 0)::bigint FROM spend WHERE scope = $1 AND bucket >= $2) AS spent,
                   (SELECT min(bucket) FROM spend WHERE scope = $1 AND bucket >= $2 AND micros > 0) AS oldest,
                   (SELECT coalesce(sum(greatest(granted - used, 0)), 0)::bigint
                    FROM budget_lease WHERE scope = $1 AND run <> $3) AS elsewhere,
                   own.granted, own.used
            FROM (SELECT 1) AS one LEFT JOIN budget_lease AS own ON own.scope = $1 AND own.run = $3
            """;
    // A row that came meanwhile is of costs that were written meanwhile: what they used stays.
    private static final String KEEP = """
            INSERT INTO budget_lease (scope, run, node, granted, used) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (scope, run) DO UPDATE SET granted = excluded.granted, used = budget_lease.used + $6,
                                                   renewed_at = now()
            """;
    // A cost that is written at the same moment keeps the row, as one of which nothing is held.
    private static final String CLOSE =
            "UPDATE budget_lease SET granted = 0, used = used - $3 WHERE scope = $1 AND run = $2";
    private static final String REMOVE =
            "DELETE FROM budget_lease WHERE scope = $1 AND run = $2 AND granted = 0 AND used = 0";
    private static final String EARLIER = "DELETE FROM budget_lease WHERE node = $1 AND run <> $2";
    private static final String FOLD_LOCK = "SELECT pg_try_advisory_xact_lock(1937075569, 0) AS mine";
    private static final String FOLD = """
            WITH old AS (
                DELETE FROM spend
                WHERE bucket < date_bin('1 day', now(), TIMESTAMPTZ '1970-01-01 00:00:00+00') - make_interval(days => $1)
                  AND bucket <> TIMESTAMPTZ '1970-01-01 00:00:00+00'
                  AND ($2 OR bucket <> date_bin('1 day', bucket, TIMESTAMPTZ '1970-01-01 00:00:00+00')
                                       + INTERVAL '23 hours 45 minutes')
                RETURNING scope, micros,
                          CASE WHEN $2 THEN TIMESTAMPTZ '1970-01-01 00:00:00+00'
                               ELSE date_bin('1 day', bucket, TIMESTAMPTZ '1970-01-01 00:00:00+00')
                                    + INTERVAL '23 hours 45 minutes' END AS into_bucket)
            INSERT INTO spend (scope, bucket, micros)
            SELECT scope, into_bucket, sum(micros)::bigint FROM old GROUP BY scope, into_bucket
            ON CONFLICT (scope, bucket) DO UPDATE SET micros = spend.micros + excluded.micros
            """;

    /** Longer than any month: the calendar needs no finer buckets of what is older. */
    private static final int FINE_DAYS = 40;

    /** Longer than any window but a total. */
    private static final int DAILY_DAYS = 400;

    private static final Duration FOLDING = Duration.ofMinutes(2);

    private final Database database;
    private final String node;
    private final long run;

    /**
     * For one run of a node.
     *
     * @param database the ledger
     * @param node its name
     * @param run number of the run, not 0
     */
    public BudgetRepository(Database database, String node, long run) {
        this.database = database;
        this.node = node;
        this.run = run;
    }

    /** Number of the run whose leases these are. */
    public long run() {
        return run;
    }

    /**
     * Carries a demand out.
     *
     * @return what became of it; when it fails, nobody knows
     */
    public Future<LeaseAnswer> carryOut(LeaseDemand demand) {
        Budget budget = demand.budget();
        return database.transaction(connection -> connection
                .preparedQuery(LOCK)
                .execute(Tuple.of(budget.scope()))
                .compose(rows -> {
                    Instant now = rows.iterator().next().getOffsetDateTime(0).toInstant();
                    OffsetDateTime from = budget.window().from(now).atOffset(ZoneOffset.UTC);
                    return connection
                            .preparedQuery(STATE)
                            .execute(Tuple.of(budget.scope(), from, run))
                            .compose(state -> carryOut(
                                    connection, demand, state.iterator().next(), now));
                }));
    }

    private Future<LeaseAnswer> carryOut(SqlConnection connection, LeaseDemand demand, Row row, Instant now) {
        Budget budget = demand.budget();
        Long granted = row.getLong("granted");
        long used = granted == null ? 0 : row.getLong("used");
        LeaseState state = new LeaseState(row.getLong("spent"), row.getLong("elsewhere"), granted, used);
        LeaseDemand.Outcome outcome = demand.decide(state);
        OffsetDateTime oldest = row.getOffsetDateTime("oldest");
        Instant renews = budget.window().renews(now, oldest == null ? null : oldest.toInstant());
        LeaseAnswer answer = new LeaseAnswer(
                outcome,
                state.spent(),
                state.elsewhere(),
                renews,
                renews == null ? Duration.ZERO : Duration.between(now, renews));
        return keep(connection, budget.scope(), state, outcome).map(answer);
    }

    private Future<Void> keep(SqlConnection connection, String scope, LeaseState state, LeaseDemand.Outcome outcome) {
        if (outcome.isNothing()) {
            return state.granted() == null ? Future.succeededFuture() : close(connection, scope, outcome.used());
        }
        return connection
                .preparedQuery(KEEP)
                .execute(Tuple.of(scope, run, node, outcome.granted(), outcome.used(), outcome.used() - state.used()))
                .mapEmpty();
    }

    private Future<Void> close(SqlConnection connection, String scope, long used) {
        return connection
                .preparedQuery(CLOSE)
                .execute(Tuple.of(scope, run, used))
                .compose(rows -> connection.preparedQuery(REMOVE).execute(Tuple.of(scope, run)))
                .mapEmpty();
    }

    /** What earlier runs of this node held and did not spend is free again. To be called when all their records are written. */
    public Future<Integer> forgetEarlierRuns() {
        return database.use(connection ->
                connection.preparedQuery(EARLIER).execute(Tuple.of(node, run)).map(rows -> rows.rowCount()));
    }

    /** Puts old buckets together: those of a day that every calendar window has left, and those that only totals count. */
    public Future<Void> fold() {
        return database.transaction(FOLDING, connection -> connection
                .query(FOLD_LOCK)
                .execute()
                .compose(rows -> rows.iterator().next().getBoolean("mine")
                        ? fold(connection, FINE_DAYS, false).compose(done -> fold(connection, DAILY_DAYS, true))
                        : Future.succeededFuture()));
    }

    private static Future<@Nullable Void> fold(SqlConnection connection, int days, boolean intoOne) {
        return connection.preparedQuery(FOLD).execute(Tuple.of(days, intoOne)).mapEmpty();
    }
}
