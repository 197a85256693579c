package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit log: append-only, the database itself refuses anything else. Safe to use from any context. */
public final class AuditRepository {
    private final Database database;

    /**
     * One row.
     *
     * @param id grows with time
     * @param at when
     * @param actor who
     * @param action verb
     * @param kind of the thing; empty when it is about none
     * @param name of the thing; empty when it is about none
     * @param before JSON text of the thing as it was; null when there was none
     * @param after JSON text of the thing as it was then; null when it is gone
     * @param result {@code done}, or why not
     */
    public record Entry(
            long id,
            OffsetDateTime at,
            Actor actor,
            String action,
            String kind,
            String name,
            @Nullable String before,
            @Nullable String after,
            String result) {}

    /**
     * Which rows are asked for; an empty text asks for all.
     *
     * @param actor name of who
     * @param kind of the thing
     * @param name of the thing
     * @param action verb
     * @param before only rows with a smaller id; {@link Long#MAX_VALUE} for the newest
     * @param limit most rows, 1 to 1000
     */
    public record Question(String actor, String kind, String name, String action, long before, int limit) {}

    /**
     * The log of one database.
     *
     * @param database where
     */
    public AuditRepository(Database database) {
        this.database = database;
    }

    /** Writes what a change did, in its transaction. */
    Future<Void> insert(SqlConnection connection, Actor actor, Change<?> change) {
        return insert(
                connection,
                actor,
                change.action(),
                change.kind(),
                change.name(),
                change.before(),
                change.after(),
                "done");
    }

    /**
     * Writes that something was done, or refused, that is no row of the store.
     *
     * @param actor who
     * @param action verb
     * @param kind of the thing; empty for none
     * @param name of the thing; empty for none
     * @param result {@code done}, or why not; without secrets
     * @return done, after the commit; fails with {@link StoreUnavailable}
     */
    public Future<Void> write(Actor actor, String action, String kind, String name, String result) {
        return database.transaction(connection -> insert(connection, actor, action, kind, name, null, null, result));
    }

    /**
     * Deletes what is old. The database refuses to delete anything of the last 30 days.
     *
     * @param older how old
     * @return when it is done
     */
    public Future<Void> forget(Duration older) {
        return database.transaction(connection -> connection
                .preparedQuery("SELECT set_config('sluice.audit_retention', 'on', true)")
                .execute()
                .compose(allowed -> connection
                        .preparedQuery("DELETE FROM audit WHERE at < now() - $1::bigint * interval '1 second'")
                        .execute(Tuple.of(older.toSeconds())))
                .mapEmpty());
    }

    private static Future<Void> insert(
            SqlConnection connection,
            Actor actor,
            String action,
            String kind,
            String name,
            @Nullable String before,
            @Nullable String after,
            String result) {
        return connection
                .preparedQuery("INSERT INTO audit (actor, role, address, action, kind, name, before, after, result)"
                        + " VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8::text::jsonb, $9)")
                .execute(Tuple.of(
                        actor.name(), actor.role(), actor.address(), action, kind, name, before, after, result))
                .mapEmpty();
    }

    /**
     * The newest rows first.
     *
     * @param question which
     * @return at most as many as asked for
     */
    public Future<List<Entry>> list(Question question) {
        StringBuilder sql = new StringBuilder("SELECT id, at, actor, role, address, action, kind, name, before::text,"
                + " after::text, result FROM audit WHERE id < $1");
        Tuple values = Tuple.of(question.before());
        filter(sql, values, "actor", question.actor());
        filter(sql, values, "kind", question.kind());
        filter(sql, values, "name", question.name());
        filter(sql, values, "action", question.action());
        values.addInteger(question.limit());
        sql.append(" ORDER BY id DESC LIMIT $").append(values.size());
        return database.use(connection -> connection
                .preparedQuery(sql.toString())
                .execute(values)
                .map(rows -> {
                    List<Entry> entries = new ArrayList<>();
                    rows.forEach(row -> entries.add(entry(row)));
                    return entries;
                }));
    }

    /** The column is one of four constants above, the value a parameter. */
    private static void filter(StringBuilder sql, Tuple values, String column, String value) {
        if (!value.isEmpty()) {
            values.addString(value);
            sql.append(" AND ").append(column).append(" = $").append(values.size());
        }
    }

    private static Entry entry(Row row) {
        return new Entry(
                row.getLong(0),
                row.getOffsetDateTime(1),
                new Actor(row.getString(2), row.getString(3), row.getString(4)),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10));
    }
}
