package io.sluice.store;

import io.sluice.message.UsageRecord;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes usage records into the ledger: each batch in one transaction with the sums that are kept of it and with what hooks
 * write. Only records that are new are summed, so that a batch may be written again, whole or in other company. Nodes change
 * rows in one order, and a transaction that PostgreSQL gave up for another one is made again.
 */
public final class UsageWriter implements UsageSink {
    private static final int TRIES = 6;
    private static final String NO_PARTITION = "23514";
    private static final Set<String> BECAUSE_OF_OTHERS = Set.of("40001", "40P01");

    private final Database database;
    private final String node;
    private final List<SpendHook> hooks;
    private final Written written;
    private final LongSupplier nanoClock;
    private final UsagePartitions partitions;

    /** Told of each batch that is in the ledger. */
    @FunctionalInterface
    public interface Written {
        /**
         * Called after the commit, on the caller's context.
         *
         * @param fresh records that were new
         * @param known records that were there already
         * @param nanos how long it took
         */
        void batch(int fresh, int known, long nanos);
    }

    /** Tells nobody. */
    public UsageWriter(Database database, String node, List<SpendHook> hooks) {
        this(database, node, hooks, (fresh, known, nanos) -> {}, () -> 0);
    }

    /**
     * Writes nothing yet.
     *
     * @param database the ledger
     * @param node name of the node whose records these are
     * @param hooks what else is written, in this order
     * @param written told of each batch
     * @param nanoClock for how long a batch takes
     */
    public UsageWriter(Database database, String node, List<SpendHook> hooks, Written written, LongSupplier nanoClock) {
        this.database = database;
        this.node = UsageRows.text(node);
        this.hooks = List.copyOf(hooks);
        this.written = written;
        this.nanoClock = nanoClock;
        this.partitions = new UsagePartitions(database);
    }

    @Override
    public Future<Void> write(List<UsageRecord> records) {
        List<UsageRecord> ordered = new ArrayList<>(records);
        Set<LocalDate> days = new TreeSet<>();
        try {
            ordered.sort(Comparator.comparing((UsageRecord usage) -> UUID.fromString(usage.requestId())));
            ordered.forEach(usage -> days.add(UsageRows.day(usage)));
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(new Refused("a record's id is no UUID"));
        }
        long began = nanoClock.getAsLong();
        return write(ordered, days, TRIES)
                .onSuccess(fresh -> written.batch(fresh, records.size() - fresh, nanoClock.getAsLong() - began))
                .mapEmpty();
    }

    private Future<Integer> write(List<UsageRecord> records, Set<LocalDate> days, int tries) {
        return partitions
                .have(days)
                .compose(ready -> database.transaction(connection -> insert(connection, records)))
                .recover(failure -> {
                    String state = failure instanceof PgException answer ? answer.getSqlState() : null;
                    if (NO_PARTITION.equals(state)) {
                        partitions.forget();
                    }
                    boolean again = NO_PARTITION.equals(state) || (state != null && BECAUSE_OF_OTHERS.contains(state));
                    return again && tries > 1
                            ? write(records, days, tries - 1)
                            : Future.failedFuture(refusal(failure, state));
                });
    }

    /** Errors of data are the records' own. */
    private static Throwable refusal(Throwable failure, @Nullable String state) {
        return state != null && (state.startsWith("22") || state.startsWith("23"))
                ? new Refused("the database refuses a record: " + StoreFailures.text(failure))
                : failure;
    }

    /** How many were new. */
    private Future<Integer> insert(SqlConnection connection, List<UsageRecord> records) {
        Tuple tuple = UsageRows.records(records);
        tuple.addString(node);
        return connection.preparedQuery(UsageRows.INSERT_RECORDS).execute(tuple).compose(rows -> {
            List<UsageRecord> inserted = inserted(records, rows);
            return inserted.isEmpty()
                    ? Future.succeededFuture(0)
                    : sum(connection, inserted).map(inserted.size());
        });
    }

    /** The new ones, each once, also where a batch has one twice. */
    private static List<UsageRecord> inserted(List<UsageRecord> records, RowSet<Row> rows) {
        Set<UUID> fresh = new HashSet<>(rows.size() * 2);
        rows.forEach(row -> fresh.add(row.getUUID(0)));
        return records.stream()
                .filter(usage -> fresh.remove(UUID.fromString(usage.requestId())))
                .toList();
    }

    private Future<Void> sum(SqlConnection connection, List<UsageRecord> inserted) {
        Tuple attempts = UsageRows.attempts(inserted);
        Future<Void> steps = attempts == null
                ? Future.succeededFuture()
                : connection
                        .preparedQuery(UsageRows.INSERT_ATTEMPTS)
                        .execute(attempts)
                        .mapEmpty();
        steps = steps.compose(done -> RollUps.add(connection, inserted))
                .compose(done -> FacetRows.add(connection, inserted));
        for (SpendHook hook : hooks) {
            steps = steps.compose(done -> hook.spend(connection, inserted));
        }
        return steps;
    }
}
