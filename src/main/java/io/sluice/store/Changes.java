package io.sluice.store;

import io.sluice.message.StoreChanged;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The only way by which the admin API changes the store. A change, its row of the audit log and its number are one
 * transaction: none is there without the others. Changes happen one after the other over the whole cluster, so that their
 * numbers become visible in their order; whoever has read up to a number has missed nothing below it.
 *
 * <p>Afterwards the change is announced to every node. Safe to use from any context.
 */
public final class Changes {
    /** Of the lock that lets one change in at a time; any number that nobody else uses. */
    private static final long LOCK = 0x736c_7569_6365_0001L;

    /** An actor that sends creates as fast as it can finds its answers kept for a day all the same. */
    private static final String KEPT_FOR = "24 hours";

    private final Database database;
    private final AuditRepository audit;
    private final Consumer<StoreChanged> announce;

    /**
     * What is done inside the transaction.
     *
     * @param <T> type of the answer
     */
    @FunctionalInterface
    public interface Work<T> {
        /**
         * Changes something. Must look at what is there by itself: whatever was read before may have changed since.
         *
         * @param connection inside the transaction
         * @param number of the change, for the column {@code changed} of every row that is written
         * @return what was changed; a failure rolls everything back and reaches the caller as it is
         */
        Future<Change<T>> apply(SqlConnection connection, long number);
    }

    /**
     * The changes of one node.
     *
     * @param database where
     * @param announce tells every node, after the commit
     */
    public Changes(Database database, Consumer<StoreChanged> announce) {
        this.database = database;
        this.audit = new AuditRepository(database);
        this.announce = announce;
    }

    /**
     * Changes something.
     *
     * @param actor who
     * @param work what
     * @return its answer, after the commit; fails with {@link StoreUnavailable}, after which nobody knows whether it has
     *     happened, or with what the work failed with
     */
    public <T> Future<T> make(Actor actor, Work<T> work) {
        return make(actor, null, work);
    }

    /**
     * Changes something, once for each idempotency key.
     *
     * @param actor who
     * @param once the key; null when the request has none
     * @param work what; not called for a repetition
     * @return its answer, or the kept one; fails with {@link KeyReused} too
     */
    public <T> Future<T> make(Actor actor, @Nullable Once<T> once, Work<T> work) {
        return database.transaction(connection -> connection
                        .preparedQuery("SELECT pg_advisory_xact_lock($1)")
                        .execute(Tuple.of(LOCK))
                        .compose(locked ->
                                once == null ? Future.succeededFuture(null) : kept(connection, actor.name(), once))
                        .compose(before -> before != null
                                ? Future.succeededFuture(new Made<>(before, null))
                                : fresh(connection, actor, once, work)))
                .map(made -> {
                    if (made.changed != null) {
                        announce.accept(made.changed);
                    }
                    return made.answer;
                });
    }

    /**
     * Changes several things, all or none: one transaction, in which each has its own number and row of the audit log.
     *
     * @param actor who
     * @param works what, in their order
     * @return their answers, after the commit; fails as {@link #make} does, with the first failure
     */
    public <T> Future<List<T>> makeAll(Actor actor, List<Work<T>> works) {
        return database.transaction(connection -> {
                    Future<List<Made<T>>> made = connection
                            .preparedQuery("SELECT pg_advisory_xact_lock($1)")
                            .execute(Tuple.of(LOCK))
                            .map(locked -> new ArrayList<>());
                    for (Work<T> work : works) {
                        made = made.compose(
                                all -> fresh(connection, actor, null, work).map(one -> {
                                    all.add(one);
                                    return all;
                                }));
                    }
                    return made;
                })
                .map(made -> {
                    // The last number of each kind: whoever reads up to it reads the others.
                    Map<String, StoreChanged> last = new LinkedHashMap<>();
                    for (Made<T> one : made) {
                        if (one.changed != null) {
                            last.put(one.changed.kind(), one.changed);
                        }
                    }
                    last.values().forEach(announce);
                    return made.stream().map(one -> one.answer).toList();
                });
    }

    /** An answer, and what is to be announced: null for a repetition. */
    private record Made<T>(T answer, @Nullable StoreChanged changed) {}

    private <T> Future<Made<T>> fresh(SqlConnection connection, Actor actor, @Nullable Once<T> once, Work<T> work) {
        return connection
                .preparedQuery("SELECT nextval('change_number')")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0))
                .compose(number -> work.apply(connection, number)
                        .compose(change -> audit.insert(connection, actor, change)
                                .compose(written -> once == null
                                        ? Future.succeededFuture()
                                        : keep(connection, actor.name(), once, change.answer()))
                                .map(done -> new Made<>(change.answer(), new StoreChanged(change.kind(), number)))));
    }

    private static <T> Future<@Nullable T> kept(SqlConnection connection, String actor, Once<T> once) {
        return connection
                .preparedQuery("DELETE FROM idempotency WHERE at < now() - interval '" + KEPT_FOR + "'")
                .execute()
                .compose(old -> connection
                        .preparedQuery("SELECT request, answer FROM idempotency WHERE actor = $1 AND key = $2")
                        .execute(Tuple.of(actor, once.key())))
                .compose((RowSet<Row> rows) -> {
                    Iterator<Row> row = rows.iterator();
                    if (!row.hasNext()) {
                        return Future.succeededFuture(null);
                    }
                    Row found = row.next();
                    return once.marks().stream()
                                    .anyMatch(mark -> found.getBuffer(0).equals(Buffer.buffer(mark)))
                            ? Future.succeededFuture(once.read().apply(found.getString(1)))
                            : Future.failedFuture(new KeyReused());
                });
    }

    private static <T> Future<?> keep(SqlConnection connection, String actor, Once<T> once, T answer) {
        return connection
                .preparedQuery("INSERT INTO idempotency (actor, key, request, answer) VALUES ($1, $2, $3, $4)")
                .execute(Tuple.of(
                        actor,
                        once.key(),
                        Buffer.buffer(once.marks().getFirst()),
                        once.write().apply(answer)));
    }
}
