package io.sluice.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the database's schema to the program's: numbered SQL files of the class path, each applied once, in one transaction
 * with its row in {@code schema_version}, under a lock of the database that nodes which start together wait for. So a file is
 * applied whole or not at all, whoever is killed when.
 */
public final class Migrations {
    private static final Logger LOG = LoggerFactory.getLogger("store");
    private static final String DIRECTORY = "/db/migration";
    private static final Pattern NAME = Pattern.compile("V(\\d{3})__([a-z0-9_]+)\\.sql");
    private static final int OLDEST_SERVER = 140_000;

    /** Any number, as long as it is ours alone in the database: "sluice" in ASCII. */
    private static final long LOCK = 0x736C75696365L;

    private static final String TABLE =
            "CREATE TABLE IF NOT EXISTS schema_version (version int PRIMARY KEY, name text NOT NULL,"
                    + " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

    /** Waiting for another node may take as long as its migration. */
    private static final String PATIENCE = "SET LOCAL statement_timeout = '20min'";

    private final SortedMap<Integer, Migration> all;

    private Migrations(SortedMap<Integer, Migration> all) {
        this.all = all;
    }

    /** Those of the program. */
    public static Migrations load() {
        return load(DIRECTORY);
    }

    /**
     * Those of a directory of the class path. Its file {@code index} names them, one a line, because the directories of a jar
     * cannot be listed.
     */
    static Migrations load(String directory) {
        SortedMap<Integer, Migration> all = new TreeMap<>();
        for (String file : text(directory + "/index")
                .lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty())
                .toList()) {
            Matcher name = NAME.matcher(file);
            if (!name.matches()) {
                throw new IllegalStateException(directory + "/index names " + file + ", which is no V001__name.sql");
            }
            String sql = text(directory + "/" + file).replace("\r\n", "\n");
            Migration migration = new Migration(Integer.parseInt(name.group(1)), name.group(2), sql, checksum(sql));
            if (all.put(migration.version(), migration) != null) {
                throw new IllegalStateException(directory + "/index has two files of number " + name.group(1));
            }
        }
        return new Migrations(all);
    }

    /** The number of the newest. */
    public int newest() {
        return all.lastKey();
    }

    /**
     * Brings a database's schema to the newest.
     *
     * @param connection of a user that may make tables; not in a transaction
     * @return done; fails with {@link SchemaMismatch} when it cannot be, or with the database's own failure
     */
    public Future<Void> apply(SqlConnection connection) {
        return checkServer(connection)
                .compose(right -> connection
                        .query("SELECT to_regclass('schema_version') IS NOT NULL")
                        .execute())
                .compose(exists -> exists.iterator().next().getBoolean(0)
                        ? applied(connection).map(this::isComplete)
                        : Future.succeededFuture(false))
                .compose(complete -> complete ? Future.<Void>succeededFuture() : next(connection));
    }

    private static Future<Void> checkServer(SqlConnection connection) {
        return connection
                .query("SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
                        + " current_setting('transaction_read_only') = 'on'")
                .execute()
                .map(rows -> {
                    Row row = rows.iterator().next();
                    if (row.getInteger(0) < OLDEST_SERVER) {
                        throw new SchemaMismatch(
                                "the database is PostgreSQL " + row.getString(1) + "; Sluice needs 14 or newer");
                    }
                    if (row.getBoolean(2)) {
                        throw new StoreUnavailable(
                                "it takes no changes: a standby, or default_transaction_read_only is on");
                    }
                    return null;
                });
    }

    /** One migration after the other, each under the lock of its own transaction. */
    private Future<Void> next(SqlConnection connection) {
        return connection
                .begin()
                .compose(transaction -> connection
                        .query(PATIENCE)
                        .execute()
                        .compose(set -> connection
                                .query("SELECT pg_advisory_xact_lock(" + LOCK + ")")
                                .execute())
                        .compose(locked -> connection.query(TABLE).execute())
                        .compose(made -> applied(connection))
                        .compose(applied -> isComplete(applied)
                                ? Future.succeededFuture(false)
                                : apply(connection, missing(applied)).map(true))
                        .compose(
                                more -> transaction.commit().map(done -> more),
                                failure -> transaction.rollback().transform(any -> Future.failedFuture(failure))))
                .compose(more -> more ? next(connection) : Future.succeededFuture());
    }

    private static Future<Void> apply(SqlConnection connection, Migration migration) {
        LOG.info("migration {}", migration);
        return connection
                .query(migration.sql())
                .execute()
                .recover(failure -> Future.failedFuture(refusal(migration, failure)))
                .compose(done -> connection
                        .preparedQuery("INSERT INTO schema_version (version, name, checksum) VALUES ($1, $2, $3)")
                        .execute(Tuple.of(migration.version(), migration.name(), migration.checksum())))
                .mapEmpty();
    }

    private static Throwable refusal(Migration migration, Throwable failure) {
        if (failure instanceof PgException answer && StoreFailures.of(answer) == answer) {
            String hint = "42501".equals(answer.getSqlState())
                    ? "; its user needs: GRANT CREATE, USAGE ON SCHEMA public TO user"
                    : "";
            return new SchemaMismatch("migration " + migration + " was refused, and nothing of it kept: "
                    + StoreFailures.text(answer) + hint);
        }
        return failure;
    }

    // --- what is there ---------------------------------------------------------------------------------------------

    private static Future<Map<Integer, String>> applied(SqlConnection connection) {
        return connection
                .query("SELECT version, checksum FROM schema_version")
                .execute()
                .map((RowSet<Row> rows) -> {
                    Map<Integer, String> applied = new HashMap<>();
                    rows.forEach(row -> applied.put(row.getInteger(0), row.getString(1)));
                    return applied;
                });
    }

    private boolean isComplete(Map<Integer, String> applied) {
        List<String> wrong = new ArrayList<>();
        int newestThere =
                applied.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        if (newestThere > newest()) {
            throw new SchemaMismatch(
                    "the database's schema has number " + newestThere + ", and this program knows only " + newest()
                            + "; start the newer Sluice, or restore the backup that was made before it");
        }
        applied.forEach((version, checksum) -> {
            Migration known = all.get(version);
            if (known == null) {
                wrong.add("migration " + version + " was applied, and this program has none of that number");
            } else if (!known.checksum().equals(checksum)) {
                wrong.add("migration " + known + " was applied with another text");
            }
        });
        if (!wrong.isEmpty()) {
            throw new SchemaMismatch(String.join("; ", wrong) + "; the database belongs to another build of Sluice");
        }
        return missingOrNull(applied) == null;
    }

    private Migration missing(Map<Integer, String> applied) {
        Migration missing = missingOrNull(applied);
        if (missing == null) {
            throw new IllegalStateException("nothing is missing");
        }
        return missing;
    }

    private @Nullable Migration missingOrNull(Map<Integer, String> applied) {
        return all.values().stream()
                .filter(migration -> !applied.containsKey(migration.version()))
                .findFirst()
                .orElse(null);
    }

    // --- files -----------------------------------------------------------------------------------------------------

    private static String text(String resource) {
        try (InputStream in = Migrations.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not in the program");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read", e);
        }
    }

    private static String checksum(String sql) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(sql.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One file. */
    private record Migration(int version, String name, String sql, String checksum) {
        @Override
        public String toString() {
            return "V%03d__%s".formatted(version, name);
        }
    }
}
