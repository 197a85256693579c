package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What entries that are managed by API have said before. The database itself keeps the last 50 states of each, in the
 * transaction of the change. Safe to use from any context.
 */
public final class ResourceHistory {
    private static final String COLUMNS = "kind, name, document::text, sealed::text, version, at, actor, deleted";

    private final Database database;

    /**
     * The history of one database.
     *
     * @param database where
     */
    public ResourceHistory(Database database) {
        this.database = database;
    }

    /** The states of an entry, the newest first: at most 50. */
    public Future<List<ResourceRow>> of(String kind, String name) {
        return database.use(connection -> connection
                .preparedQuery("SELECT " + COLUMNS
                        + " FROM resource_version WHERE kind = $1 AND name = $2 ORDER BY version DESC LIMIT 50")
                .execute(Tuple.of(kind, name))
                .map(ResourceHistory::rows));
    }

    /** One state of an entry. */
    public Future<Optional<ResourceRow>> of(String kind, String name, long version) {
        return database.use(connection -> connection
                .preparedQuery(
                        "SELECT " + COLUMNS + " FROM resource_version WHERE kind = $1 AND name = $2 AND version = $3")
                .execute(Tuple.of(kind, name, version))
                .map(rows -> rows(rows).stream().findFirst()));
    }

    /** All states with secrets that are not the present ones. */
    public Future<List<ResourceRow>> sealed(SqlConnection connection) {
        return connection
                .preparedQuery("SELECT " + COLUMNS + " FROM resource_version AS v WHERE sealed <> '{}'"
                        + " AND NOT EXISTS (SELECT 1 FROM resource AS r WHERE r.kind = v.kind AND r.name = v.name"
                        + " AND r.version = v.version) ORDER BY kind, name, version")
                .execute()
                .map(ResourceHistory::rows);
    }

    /** Writes other seals of the same secrets. */
    public Future<Void> reseal(SqlConnection connection, ResourceRow row, String sealed) {
        return connection
                .preparedQuery("UPDATE resource_version SET sealed = $4::text::jsonb"
                        + " WHERE kind = $1 AND name = $2 AND version = $3")
                .execute(Tuple.of(row.kind(), row.name(), row.version(), sealed))
                .mapEmpty();
    }

    /**
     * Deletes what is old and not in force.
     *
     * @param older how old
     */
    public Future<Void> forget(Duration older) {
        return database.use(connection -> connection
                .preparedQuery("DELETE FROM resource_version AS v WHERE at < now() - $1::bigint * interval '1 second'"
                        + " AND NOT EXISTS (SELECT 1 FROM resource AS r WHERE r.kind = v.kind AND r.name = v.name"
                        + " AND r.version = v.version AND r.deleted_at IS NULL)")
                .execute(Tuple.of(older.toSeconds()))
                .mapEmpty());
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
                    row.getLong(4),
                    row.getOffsetDateTime(5).toInstant(),
                    row.getString(6),
                    row.getBoolean(7)));
        }
        return list;
    }
}
