package io.sluice.store;

import io.sluice.config.StoreKeep;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the ledger once an hour: makes the tables of the next days, and removes what is older than it is to be kept. Any
 * number of nodes may do so; one at a time does.
 */
public final class LedgerMaintenance {
    private static final Logger LOG = LoggerFactory.getLogger("store");
    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int DAYS_AHEAD = 3;

    /** Rows that are deleted in one transaction: enough to be fast, few enough to hold nobody up. */
    private static final int ROWS = 20_000;

    /** "keepdays" in ASCII. */
    private static final long LOCK = 0x6B65657064617973L;

    private final Database database;
    private final StoreKeep keep;
    private final InstantSource clock;
    private final UsagePartitions partitions;
    private boolean stopped;

    /**
     * Does nothing yet.
     *
     * @param database the ledger
     * @param keep for how long things are kept
     * @param clock what day it is
     */
    public LedgerMaintenance(Database database, StoreKeep keep, InstantSource clock) {
        this.database = database;
        this.keep = keep;
        this.clock = clock;
        this.partitions = new UsagePartitions(database);
    }

    /** Does it now and every hour; on the caller's context. */
    public void start(Vertx vertx) {
        run().onComplete((done, failure) -> {
            if (failure != null) {
                LOG.debug("the ledger was not looked after", failure);
            }
            vertx.setTimer(EVERY.toMillis(), id -> {
                if (!stopped) {
                    start(vertx);
                }
            });
        });
    }

    /** Not again. */
    public void stop() {
        stopped = true;
    }

    /** Once; does nothing where another node is at it. */
    Future<Void> run() {
        LocalDate today = today();
        partitions.forget();
        return partitions
                .have(new TreeSet<>(IntStream.rangeClosed(0, DAYS_AHEAD)
                        .mapToObj(today::plusDays)
                        .toList()))
                .compose(made -> each(UsagePartitions.TABLES, this::removeDays))
                .compose(done -> removeRows("usage_minute", keep.minutes()))
                .compose(done -> removeRows("usage_hour", keep.hours()))
                .compose(done -> removeRows("usage_day", keep.days()))
                .compose(done -> removeRows("usage_facet_minute", keep.minutes()))
                .compose(done -> removeRows("usage_facet_hour", keep.hours()));
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    // --- records: whole days ---------------------------------------------------------------------------------------

    private Future<Void> removeDays(String table) {
        LocalDate oldest = today().minusDays(keep.records().toDays());
        return database.use(connection -> connection
                        .preparedQuery(
                                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::text::regclass")
                        .execute(Tuple.of(table)))
                .compose(rows -> {
                    List<String> old = new ArrayList<>();
                    rows.forEach(row -> {
                        if (isBefore(row.getString(0), table, oldest)) {
                            old.add(row.getString(0));
                        }
                    });
                    return each(old, this::removeTable);
                });
    }

    /** Tables of other names are not ours. */
    private static boolean isBefore(String name, String table, LocalDate oldest) {
        String prefix = table + "_";
        try {
            return name.startsWith(prefix)
                    && LocalDate.parse(name.substring(prefix.length()), DateTimeFormatter.BASIC_ISO_DATE)
                            .isBefore(oldest);
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private Future<Void> removeTable(String name) {
        return alone(connection -> connection
                        .query("DROP TABLE IF EXISTS " + name)
                        .execute()
                        .map(done -> {
                            LOG.info("removed {}, which is older than store.keep.records", name);
                            return 0;
                        }))
                .mapEmpty();
    }

    // --- sums: rows ------------------------------------------------------------------------------------------------

    private Future<Void> removeRows(String table, Duration kept) {
        Instant oldest = clock.instant().minus(kept);
        OffsetDateTime before = OffsetDateTime.ofInstant(oldest, ZoneOffset.UTC);
        return alone(connection -> connection
                        .preparedQuery("DELETE FROM " + table + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " + table
                                + " WHERE bucket < $1 LIMIT " + ROWS + "))")
                        .execute(Tuple.of(before))
                        .map(rows -> rows.rowCount()))
                .compose(deleted -> deleted < ROWS ? Future.succeededFuture() : removeRows(table, kept));
    }

    /** Work of one node: 0 where another one has the lock. */
    private Future<Integer> alone(Function<SqlConnection, Future<Integer>> work) {
        return database.transaction(LONGEST, connection -> connection
                .query("SELECT pg_try_advisory_xact_lock(" + LOCK + ")")
                .execute()
                .compose(rows ->
                        rows.iterator().next().getBoolean(0) ? work.apply(connection) : Future.succeededFuture(0)));
    }

    private static <T> Future<Void> each(List<T> items, Function<T, Future<Void>> work) {
        Future<Void> steps = Future.succeededFuture();
        for (T item : items) {
            steps = steps.compose(done -> work.apply(item));
        }
        return steps;
    }
}
