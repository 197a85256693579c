package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoreKeep;
import io.sluice.config.StoreServer;
import io.sluice.message.UsageRecord;
import io.sluice.testkit.TestPostgres;
import io.sluice.testkit.UsageRecords;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerMaintenanceTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(UsageRecords.NOON));
    private static final StoreKeep KEEP = new StoreKeep(
            Duration.ofDays(10), Duration.ofDays(2), Duration.ofDays(20), Duration.ofDays(40), Duration.ofDays(50));

    private final StoreServer server = TestPostgres.freshDatabase();
    private final PgDatabase database = TestPostgres.open(VERTX, server);
    private final LedgerMaintenance maintenance = new LedgerMaintenance(database, KEEP, CLOCK);

    @AfterEach
    void closeDatabase() {
        database.close();
    }

    @AfterAll
    static void close() {
        VERTX.close();
    }

    @Test
    void makesTheTablesOfTheNextDays() {
        TestPostgres.await(maintenance.run());
        TestPostgres.await(maintenance.run());

        assertThat(texts("SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
                        + " WHERE relkind = 'r' ORDER BY 1"))
                .startsWith("usage_attempt_20261128")
                .contains("usage_record_20261128", "usage_record_20261129", "usage_record_20261201")
                .hasSize(8);
    }

    @Test
    void removesWhatIsOlderThanItIsToBeKept() {
        writeDaysAgo(0, 1, 5, 9, 11, 15, 30, 50);

        TestPostgres.await(maintenance.run());

        assertThat(number("SELECT count(*) FROM usage_record")).isEqualTo(4);
        assertThat(number("SELECT count(*) FROM usage_minute")).isEqualTo(2);
        assertThat(number("SELECT count(*) FROM usage_hour")).isEqualTo(6);
        assertThat(number("SELECT count(*) FROM usage_day")).isEqualTo(7);
        assertThat(texts("SELECT inhrelid::regclass::text FROM pg_inherits")).doesNotContain("usage_record_20261117");
    }

    @Test
    void oneNodeAtATimeAndNoneIsHeldUp() {
        writeDaysAgo(0, 11, 50);
        LedgerMaintenance other = new LedgerMaintenance(database, KEEP, CLOCK);

        TestPostgres.await(Future.all(maintenance.run(), other.run(), maintenance.run()));
        TestPostgres.await(other.run());

        assertThat(number("SELECT count(*) FROM usage_record")).isEqualTo(1);
        assertThat(number("SELECT count(*) FROM usage_day")).isEqualTo(2);
    }

    @Test
    void leavesTablesOfOtherNamesAlone() {
        TestPostgres.with(server, connection -> connection
                .query(
                        "CREATE TABLE usage_record_mine PARTITION OF usage_record FOR VALUES FROM ('2001-01-01') TO ('2001-01-02')")
                .execute());

        TestPostgres.await(maintenance.run());

        assertThat(number("SELECT count(*) FROM pg_class WHERE relname = 'usage_record_mine'"))
                .isEqualTo(1);
    }

    private void writeDaysAgo(long... days) {
        List<UsageRecord> records = Stream.of(days)
                .flatMapToLong(java.util.Arrays::stream)
                .mapToObj(ago -> UsageRecords.of("k", UsageRecords.NOON - ago * 86_400_000L))
                .toList();
        TestPostgres.await(new UsageWriter(database, "a", List.of()).write(records));
    }

    private long number(String sql) {
        return TestPostgres.with(server, connection -> connection.query(sql).execute())
                .iterator()
                .next()
                .getLong(0);
    }

    private List<String> texts(String sql) {
        return TestPostgres.with(server, connection -> connection.query(sql).execute()).stream()
                .map(row -> row.getString(0))
                .toList();
    }
}
