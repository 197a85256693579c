package io.sluice.bench;

import io.sluice.config.StoreServer;
import io.sluice.config.StoreUse;
import io.sluice.message.UsageRecord;
import io.sluice.store.Migrations;
import io.sluice.store.PgDatabase;
import io.sluice.store.PgTargets;
import io.sluice.store.UsageWriter;
import io.sluice.store.embedded.EmbeddedPostgres;
import io.sluice.testkit.UsageRecords;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast usage records get into PostgreSQL with their sums, and how fast sums are read: an embedded server as nodes run it,
 * fsync included, on the disk of the working directory. The bars are 10 000 records a second, and 200 ms for the usage of 30
 * days by key and day where there are 10 million records.
 */
@Command(name = "ledger", mixinStandardHelpOptions = true)
public final class LedgerBench implements Callable<Integer> {
    private static final Duration LONG = Duration.ofMinutes(30);

    @Option(names = "--dir", defaultValue = "target/ledger-bench", description = "PostgreSQL's directory, kept afterwards")
    private Path dir;

    @Option(names = "--records", defaultValue = "200000")
    private int records;

    @Option(names = "--batch", defaultValue = "2000", description = "records in one transaction")
    private int batch;

    @Option(names = "--writers", defaultValue = "1", description = "transactions at a time, each of a node of its own")
    private int writers;

    @Option(names = "--keys", defaultValue = "1000")
    private int keys;

    @Option(names = "--minutes", defaultValue = "2", description = "over which a batch is spread")
    private int minutes;

    @Option(names = "--history", defaultValue = "0", description = "records that are there before, over 30 days")
    private long history;

    /** Ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new LedgerBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(dir, 0, List.of())) {
            StoreServer server = postgres.server();
            PgDatabase database = new PgDatabase(StoreUse.DEFAULT, System::nanoTime, () -> 0.5);
            await(Future.future(opened -> vertx.runOnContext(any -> database.open(
                            vertx, () -> PgTargets.of(server, StoreUse.DEFAULT, "bench"), Migrations.load()::apply)
                    .onComplete(opened))));
            if (history > 0) {
                history(database);
            }
            if (records > 0) {
                write(vertx, database, records / 5);
                write(vertx, database, records);
            }
            read(database);
            database.close();
        } finally {
            await(vertx.close());
        }
        return 0;
    }

    private void write(Vertx vertx, PgDatabase database, int count) throws Exception {
        List<List<UsageRecord>> batches = new ArrayList<>();
        Random random = new Random();
        for (int made = 0; made < count; made += batch) {
            batches.add(UsageRecords.many(Math.min(batch, count - made), keys, minutes, random));
        }
        Iterator<List<UsageRecord>> next = batches.iterator();
        long began = System.nanoTime();
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            UsageWriter writer = new UsageWriter(database, "node-" + i, List.of());
            all.add(Future.future(done ->
                    vertx.getOrCreateContext().runOnContext(any -> one(writer, next).onComplete(done))));
        }
        await(Future.join(all));
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "%,d records in batches of %,d by %d writers, %,d keys: %.1f s, %,.0f a second%n",
                count, batch, writers, keys, seconds, count / seconds);
    }

    private static Future<Void> one(UsageWriter writer, Iterator<List<UsageRecord>> batches) {
        List<UsageRecord> batch;
        synchronized (batches) {
            if (!batches.hasNext()) {
                return Future.succeededFuture();
            }
            batch = batches.next();
        }
        return writer.write(batch).compose(done -> one(writer, batches));
    }

    /** Records of 30 days by the database's own means, and the sums of them. */
    private void history(PgDatabase database) throws Exception {
        StringBuilder partitions = new StringBuilder();
        for (int day = 0; day < 31; day++) {
            partitions.append("SELECT 'CREATE TABLE IF NOT EXISTS usage_record_' || to_char(d, 'YYYYMMDD')"
                    + " || ' PARTITION OF usage_record FOR VALUES FROM (''' || d || ''') TO (''' || d + 1 || ''')'"
                    + " FROM (SELECT current_date - " + day + " AS d) AS x");
            partitions.append(day < 30 ? " UNION ALL " : "");
        }
        long began = System.nanoTime();
        List<String> made = new ArrayList<>();
        run(database, partitions.toString()).forEach(row -> made.add(row.getString(0)));
        run(database, String.join(";", made));
        long daily = history / 30;
        for (int day = 0; day < 30; day++) {
            run(database, "INSERT INTO usage_record (day, id, started_at, node, key, team, endpoint, model, account, stream,"
                    + " input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens, input_audio_tokens,"
                    + " output_audio_tokens, images, estimated, attempts, queue_micros, total_micros, status, ending, cost_micros)"
                    + " SELECT current_date - " + day + ", gen_random_uuid(), (current_date - " + day + ")::timestamptz"
                    + " + random() * interval '23:59:59', 'n', 'key-' || (random() * " + (keys - 1) + ")::int, '', 'chat',"
                    + " 'model-' || i % 4, 'openai/a' || i % 3, true, 100, 0, 0, 50, 0, 0, 0, 0, false, 1, 0, 900000, 200,"
                    + " 'completed', 1000 FROM generate_series(1, " + daily + ") AS i");
        }
        for (String unit : List.of("hour", "day")) {
            run(database, "INSERT INTO usage_" + unit + " SELECT date_trunc('" + unit + "', started_at), key, team, model, account,"
                    + " count(*), 0, 0, sum(input_tokens), 0, 0, sum(output_tokens), 0, 0, sum(cost_micros), 0"
                    + " FROM usage_record GROUP BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING");
        }
        run(database, "ANALYZE");
        System.out.printf("%,d records made in %.0f s%n", daily * 30, (System.nanoTime() - began) / 1e9);
    }

    private void read(PgDatabase database) throws Exception {
        String all = "SELECT key, bucket, sum(requests), sum(input_tokens), sum(output_tokens), sum(cost_micros) FROM usage_day"
                + " WHERE bucket > now() - interval '30 days' GROUP BY key, bucket ORDER BY key, bucket";
        String one = all.replace(" GROUP BY", " AND key = 'key-7' GROUP BY");
        for (String sql : List.of(all, one)) {
            run(database, sql);
            long began = System.nanoTime();
            int rows = run(database, sql).size();
            System.out.printf(
                    "usage of 30 days by day of %s: %,d rows, %.0f ms%n",
                    sql.equals(one) ? "one key" : "every key", rows, (System.nanoTime() - began) / 1e6);
        }
        System.out.printf("%,d records in all%n", run(database, "SELECT sum(requests)::bigint FROM usage_day")
                .iterator()
                .next()
                .getLong(0));
    }

    private RowSet<Row> run(PgDatabase database, String sql) throws Exception {
        return await(database.transaction(LONG, connection -> connection.query(sql).execute()));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get();
    }
}
