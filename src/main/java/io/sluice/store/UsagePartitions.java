package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The tables of single days, each made before its first record. */
final class UsagePartitions {
    private static final DateTimeFormatter SUFFIX = DateTimeFormatter.BASIC_ISO_DATE;

    /** "partday" in ASCII; nodes make tables one after the other. */
    private static final long LOCK = 0x70617274646179L;

    /** Those that records are divided into, by day. */
    static final List<String> TABLES = List.of("usage_record", "usage_attempt");

    private final Database database;
    private final Set<LocalDate> known = ConcurrentHashMap.newKeySet();

    UsagePartitions(Database database) {
        this.database = database;
    }

    /** These days have their tables when it succeeds. */
    Future<Void> have(Set<LocalDate> days) {
        SortedSet<LocalDate> missing = new TreeSet<>(days);
        missing.removeAll(known);
        if (missing.isEmpty()) {
            return Future.succeededFuture();
        }
        return database.transaction(connection -> connection
                        .query("SELECT pg_advisory_xact_lock(" + LOCK + ")")
                        .execute()
                        .compose(locked -> make(connection, missing)))
                .onSuccess(done -> known.addAll(missing))
                .mapEmpty();
    }

    /** What was known is wrong: somebody removed a table. */
    void forget() {
        known.clear();
    }

    private static Future<Void> make(SqlConnection connection, SortedSet<LocalDate> days) {
        StringBuilder sql = new StringBuilder();
        for (LocalDate day : days) {
            for (String table : TABLES) {
                sql.append("CREATE TABLE IF NOT EXISTS ")
                        .append(name(table, day))
                        .append(" PARTITION OF ")
                        .append(table)
                        .append(" FOR VALUES FROM ('")
                        .append(day)
                        .append("') TO ('")
                        .append(day.plusDays(1))
                        .append("');");
            }
        }
        return connection.query(sql.toString()).execute().mapEmpty();
    }

    /** The table of a day. */
    static String name(String table, LocalDate day) {
        return table + "_" + SUFFIX.format(day);
    }
}
