package io.sluice.store;

import io.sluice.domain.budget.Budget;
import io.sluice.message.Standing.Spent;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is spent of budgets, for whoever wants to know; nothing is reserved or changed. As refusals do, it goes by the database's
 * clock. Used on one event loop.
 */
public final class SpendQueries {
    private static final String NOW = "SELECT clock_timestamp()";
    private static final String SPENT =
            "SELECT coalesce(sum(micros), 0)::bigint, min(bucket) FILTER (WHERE micros > 0) FROM spend"
                    + " WHERE scope = $1 AND bucket >= $2";
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Database database;
    private final UsageGate gate = new UsageGate();

    /**
     * The budgets of one database.
     *
     * @param database where
     */
    public SpendQueries(Database database) {
        this.database = database;
    }

    /**
     * What is spent of budgets.
     *
     * @param budgets which; at most some
     * @return the same in the same order; fails with {@link StoreUnavailable} or {@link UsageTooMuch}
     */
    public Future<List<Spent>> of(List<Budget> budgets) {
        if (budgets.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return gate.pass(() -> database.transaction(LONGEST, connection -> connection
                .preparedQuery(NOW)
                .execute()
                .compose(rows -> all(
                        connection,
                        budgets,
                        rows.iterator().next().getOffsetDateTime(0).toInstant()))));
    }

    private static Future<List<Spent>> all(SqlConnection connection, List<Budget> budgets, Instant now) {
        Future<List<Spent>> all = Future.succeededFuture(new ArrayList<>());
        for (Budget budget : budgets) {
            all = all.compose(spent -> one(connection, budget, now).map(more -> {
                spent.add(more);
                return spent;
            }));
        }
        return all;
    }

    private static Future<Spent> one(SqlConnection connection, Budget budget, Instant now) {
        OffsetDateTime from = budget.window().from(now).atOffset(ZoneOffset.UTC);
        return connection
                .preparedQuery(SPENT)
                .execute(Tuple.of(budget.scope(), from))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return new Spent(
                            budget, row.getLong(0), budget.window().renews(now, instant(row.getOffsetDateTime(1))));
                });
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
