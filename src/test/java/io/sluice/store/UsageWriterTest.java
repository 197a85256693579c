package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.StoreServer;
import io.sluice.domain.pricing.Charge;
import io.sluice.message.UsageRecord;
import io.sluice.testkit.TestPostgres;
import io.sluice.testkit.UsageRecords;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UsageWriterTest {
    private static final Vertx VERTX = Vertx.vertx();
    private final StoreServer server = TestPostgres.freshDatabase();
    private final PgDatabase database = TestPostgres.open(VERTX, server);
    private final UsageWriter writer = new UsageWriter(database, "a", List.of());

    @AfterEach
    void closeDatabase() {
        database.close();
    }

    @AfterAll
    static void close() {
        VERTX.close();
    }

    @Test
    void keepsARecordWithItsSums() {
        UsageRecord usage = UsageRecords.of("k", UsageRecords.NOON + 61_000);

        write(usage);

        Row row = row("SELECT * FROM usage_record");
        assertThat(row.getUUID("id")).hasToString(usage.requestId());
        assertThat(row.getString("node")).isEqualTo("a");
        assertThat(row.getString("key")).isEqualTo("k");
        assertThat(row.getString("parent_team")).isEmpty();
        assertThat(row.getString("ending")).isEqualTo("completed");
        assertThat(row.getLong("first_byte_micros")).isEqualTo(2_000);
        assertThat(row.getLong("cost_micros")).isEqualTo(1_000);
        assertThat(row.getLocalDate("day")).hasToString("2026-11-28");
        for (String table : List.of("usage_minute", "usage_hour", "usage_day")) {
            Row sums = row("SELECT * FROM " + table);
            assertThat(sums.getString("account")).isEqualTo("openai/a0");
            assertThat(List.of(sums.getLong("requests"), sums.getLong("failures"), sums.getLong("unpriced")))
                    .containsExactly(1L, 0L, 0L);
            assertThat(List.of(
                            sums.getLong("input_tokens"), sums.getLong("cached_tokens"), sums.getLong("output_tokens")))
                    .containsExactly(10L, 4L, 5L);
            assertThat(sums.getLong("cost_micros")).isEqualTo(1_000);
        }
        assertThat(row("SELECT bucket FROM usage_minute")
                        .getOffsetDateTime(0)
                        .toInstant()
                        .toEpochMilli())
                .isEqualTo(UsageRecords.NOON + 60_000);
        assertThat(row("SELECT bucket FROM usage_day").getOffsetDateTime(0)).hasToString("2026-11-28T00:00Z");
    }

    @Test
    void countsARecordOnceHoweverOftenItIsWritten() {
        List<UsageRecord> records = UsageRecords.many(200, 5, 4_000, new Random(1));
        List<List<UsageRecord>> told = new CopyOnWriteArrayList<>();
        UsageWriter counting = new UsageWriter(database, "a", List.of((connection, inserted) -> {
            told.add(inserted);
            return Future.succeededFuture();
        }));

        TestPostgres.await(counting.write(records.subList(0, 120)));
        TestPostgres.await(counting.write(records.subList(80, 200)));
        TestPostgres.await(counting.write(records));
        List<UsageRecord> twice = new ArrayList<>(records);
        twice.addAll(records);
        TestPostgres.await(counting.write(twice));

        assertExact(records);
        assertThat(told.stream().mapToInt(List::size)).containsExactly(120, 80);
    }

    @Test
    void severalNodesWriteAtOnceAndEachSumIsRight() {
        List<UsageRecord> records = UsageRecords.many(1_200, 40, 3_000, new Random(2));
        List<Future<Void>> writes = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            // Half of each batch is another node's, too.
            List<UsageRecord> batch = new ArrayList<>(records.subList(i * 50, Math.min(1_200, i * 50 + 100)));
            Collections.shuffle(batch, new Random(i));
            writes.add(new UsageWriter(database, "node-" + i % 3, List.of()).write(batch));
        }

        TestPostgres.await(Future.join(writes));

        assertExact(records);
    }

    @Test
    void keepsNothingWhenAHookFails() {
        UsageWriter failing = new UsageWriter(
                database, "a", List.of((connection, inserted) -> Future.failedFuture(new IllegalStateException("no"))));
        UsageRecord usage = UsageRecords.of("k", UsageRecords.NOON);

        assertThatThrownBy(() -> TestPostgres.await(failing.write(List.of(usage))))
                .hasRootCauseMessage("no");

        assertThat(number("SELECT count(*) FROM usage_record")).isZero();
        assertThat(number("SELECT count(*) FROM usage_minute")).isZero();
        write(usage);
        assertExact(List.of(usage));
    }

    @Test
    void makesATransactionAgainThatWasGivenUpForAnother() {
        int[] calls = {0};
        UsageWriter deadlocked = new UsageWriter(database, "a", List.of((connection, inserted) -> connection
                .query(
                        calls[0]++ == 0
                                ? "DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$"
                                : "SELECT 1")
                .execute()
                .mapEmpty()));

        TestPostgres.await(deadlocked.write(List.of(UsageRecords.of("k", UsageRecords.NOON))));

        assertThat(number("SELECT count(*) FROM usage_record")).isEqualTo(1);
        assertThat(calls[0]).isEqualTo(2);
    }

    @Test
    void keepsAttemptsThatNoKeyPaysFor() {
        UsageRecord usage = UsageRecords.of(
                UUID.randomUUID().toString(),
                "k",
                UsageRecords.NOON,
                UsageRecords.priced(100),
                List.of(UsageRecords.attempt("openai/a1", 40), UsageRecords.attempt("openai/a1", 40)),
                null);

        write(usage, usage);

        assertThat(number("SELECT count(*) FROM usage_attempt")).isEqualTo(2);
        assertThat(
                        number(
                                "SELECT other_micros FROM usage_day WHERE account = 'openai/a1' AND requests = 0 AND cost_micros = 0"))
                .isEqualTo(80);
        assertThat(number("SELECT cost_micros FROM usage_day WHERE account = 'openai/a0'"))
                .isEqualTo(100);
    }

    @Test
    void anUnknownPriceIsNoPriceOfZero() {
        write(UsageRecords.of(UUID.randomUUID().toString(), "k", UsageRecords.NOON, Charge.UNPRICED, List.of(), "cut"));

        assertThat(row("SELECT cost_micros FROM usage_record").getLong(0)).isNull();
        assertThat(number("SELECT unpriced FROM usage_day")).isEqualTo(1);
        assertThat(number("SELECT failures FROM usage_day")).isEqualTo(1);
    }

    @Test
    void takesWhateverIsInARecord() {
        List<UsageRecord> odd = new ArrayList<>();
        for (String text : List.of("\0", "\ud800", "x".repeat(100_000), "'; DROP TABLE usage_record; --", "\u202e")) {
            for (long time : new long[] {Long.MIN_VALUE, -1, 0, UsageRecords.NOON, Long.MAX_VALUE}) {
                odd.add(UsageRecords.of(
                        UUID.randomUUID().toString(), text, time, UsageRecords.priced(1), List.of(), text));
            }
        }

        TestPostgres.await(writer.write(odd));
        TestPostgres.await(writer.write(odd));

        assertThat(number("SELECT count(*) FROM usage_record")).isEqualTo(odd.size());
        assertThat(number("SELECT sum(requests) FROM usage_hour")).isEqualTo(odd.size());
    }

    @Test
    void makesADaysTableAgainWhenItWasRemoved() {
        write(UsageRecords.of("k", UsageRecords.NOON));
        TestPostgres.with(server, connection -> connection
                .query("DROP TABLE usage_record_20261128")
                .execute());

        write(UsageRecords.of("k", UsageRecords.NOON));

        assertThat(number("SELECT count(*) FROM usage_record")).isEqualTo(1);
    }

    private void write(UsageRecord... records) {
        TestPostgres.await(writer.write(List.of(records)));
    }

    /** The ledger says what the records say, in every table. */
    private void assertExact(List<UsageRecord> records) {
        long cost = records.stream()
                .mapToLong(usage -> usage.used().charge().micros())
                .sum();
        assertThat(number("SELECT count(*) FROM usage_record")).isEqualTo(records.size());
        assertThat(number("SELECT sum(cost_micros) FROM usage_record")).isEqualTo(cost);
        for (String table : List.of("usage_minute", "usage_hour", "usage_day")) {
            assertThat(number("SELECT sum(requests) FROM " + table)).isEqualTo(records.size());
            assertThat(number("SELECT sum(cost_micros) FROM " + table)).isEqualTo(cost);
            String unit = table.substring("usage_".length());
            assertThat(number("SELECT count(*) FROM (SELECT bucket, key, requests FROM " + table
                            + " EXCEPT SELECT date_trunc('" + unit
                            + "', started_at), key, count(*) FROM usage_record GROUP BY 1, 2) AS wrong"))
                    .isZero();
        }
    }

    private Row row(String sql) {
        return TestPostgres.with(server, connection -> connection.query(sql).execute())
                .iterator()
                .next();
    }

    private long number(String sql) {
        return row(sql).getLong(0);
    }
}
