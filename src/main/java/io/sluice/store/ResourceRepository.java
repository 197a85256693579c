package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of configuration that is managed by API. Safe to use from any context. */
public final class ResourceRepository {
    private static final String COLUMNS =
            "kind, name, document::text, sealed::text, version, changed, updated_at, updated_by, deleted_at IS NOT NULL";

    private final Database database;

    /**
     * How the table stands: two equal standings are the same rows.
     *
     * @param rows how many, deleted ones too
     * @param last largest number of a change; 0 when there is none
     */
    public record Standing(long rows, long last) {}

    /**
     * A place in the order of changes; many rows may have been changed by one.
     *
     * @param changed number of a change
     * @param kind of the last row of it that is known; empty for none
     * @param name of the last row of it that is known; empty for none
     */
    public record Position(long changed, String kind, String name) {
        /** Behind all rows of a change; 0 for the beginning. */
        public static Position after(long change) {
            return new Position(change + 1, "", "");
        }
    }

    /**
     * The rows of one database.
     *
     * @param database where
     */
    public ResourceRepository(Database database) {
        this.database = database;
    }

    /** How the table stands. */
    public Future<Standing> standing() {
        return database.use(connection -> connection
                .preparedQuery("SELECT count(*), coalesce(max(changed), 0) FROM resource")
                .execute()
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return new Standing(row.getLong(0), row.getLong(1));
                }));
    }

    /**
     * The rows that were changed since, deleted ones too, in the order of their changes.
     *
     * @param after what is known already
     * @param limit most rows
     */
    public Future<List<ResourceRow>> changedAfter(Position after, int limit) {
        return database.use(connection -> connection
                .preparedQuery("SELECT " + COLUMNS + " FROM resource WHERE changed > $1"
                        + " OR (changed = $1 AND (kind, name) > ($2, $3)) ORDER BY changed, kind, name LIMIT $4")
                .execute(Tuple.of(after.changed(), after.kind(), after.name(), limit))
                .map(ResourceRepository::rows));
    }

    /** One row, that of a deleted entry too; locked until the transaction ends. */
    public Future<Optional<ResourceRow>> find(SqlConnection connection, String kind, String name) {
        return connection
                .preparedQuery("SELECT " + COLUMNS + " FROM resource WHERE kind = $1 AND name = $2 FOR UPDATE")
                .execute(Tuple.of(kind, name))
                .map(rows -> rows(rows).stream().findFirst());
    }

    /** One row that is not deleted. */
    public Future<Optional<ResourceRow>> find(String kind, String name) {
        return database.use(connection -> connection
                .preparedQuery(
                        "SELECT " + COLUMNS + " FROM resource WHERE kind = $1 AND name = $2 AND deleted_at IS NULL")
                .execute(Tuple.of(kind, name))
                .map(rows -> rows(rows).stream().findFirst()));
    }

    /** All rows that are not deleted. */
    public Future<List<ResourceRow>> all() {
        return database.use(this::all);
    }

    /** The same in a transaction. */
    public Future<List<ResourceRow>> all(SqlConnection connection) {
        return connection
                .preparedQuery("SELECT " + COLUMNS + " FROM resource WHERE deleted_at IS NULL ORDER BY kind, name")
                .execute()
                .map(ResourceRepository::rows);
    }

    /**
     * Writes what an entry says, new or not.
     *
     * @param connection of the change's transaction
     * @param row all of it; its version and its number of the change are the change's
     */
    public Future<ResourceRow> put(SqlConnection connection, ResourceRow row) {
        return connection
                .preparedQuery(
                        "INSERT INTO resource (kind, name, document, sealed, version, changed, created_by, updated_by)"
                                + " VALUES ($1, $2, $3::text::json, $4::text::jsonb, $5, $6, $7, $7)"
                                + " ON CONFLICT (kind, name) DO UPDATE SET document = excluded.document,"
                                + " sealed = excluded.sealed, version = excluded.version, changed = excluded.changed,"
                                + " updated_at = now(), updated_by = excluded.updated_by, deleted_at = NULL"
                                + " RETURNING " + COLUMNS)
                .execute(Tuple.of(
                        row.kind(),
                        row.name(),
                        row.document(),
                        row.sealed(),
                        row.version(),
                        row.changed(),
                        row.updatedBy()))
                .map(rows -> rows(rows).getFirst());
    }

    /** Deletes an entry: nothing of what it said is left. */
    public Future<Void> delete(SqlConnection connection, String kind, String name, long number, String actor) {
        return connection
                .preparedQuery("UPDATE resource SET document = '{}', sealed = '{}', version = $3, changed = $3,"
                        + " updated_at = now(), updated_by = $4, deleted_at = now() WHERE kind = $1 AND name = $2")
                .execute(Tuple.of(kind, name, number, actor))
                .mapEmpty();
    }

    /** Writes other seals of the same secrets: what the entry says, and its version, stay. */
    public Future<Void> reseal(SqlConnection connection, String kind, String name, String sealed, long number) {
        return connection
                .preparedQuery(
                        "UPDATE resource SET sealed = $3::text::jsonb, changed = $4 WHERE kind = $1 AND name = $2")
                .execute(Tuple.of(kind, name, sealed, number))
                .mapEmpty();
    }

    private static List<ResourceRow> rows(RowSet<Row> rows) {
        List<ResourceRow> list = new ArrayList<>(rows.size());
        for (Row row : rows) {
            list.add(new ResourceRow(
                    row.getString(0),
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getOffsetDateTime(6).toInstant(),
                    row.getString(7),
                    row.getBoolean(8)));
        }
        return list;
    }
}
