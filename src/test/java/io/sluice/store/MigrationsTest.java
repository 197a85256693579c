package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.StoreServer;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    private static final Vertx VERTX = Vertx.vertx();
    private final StoreServer server = TestPostgres.emptyDatabase();

    @AfterAll
    static void close() {
        VERTX.close();
    }

    @Test
    void indexNamesEveryFile() throws IOException {
        Path directory = Path.of("src/main/resources/db/migration");
        List<String> files;
        try (Stream<Path> entries = Files.list(directory)) {
            files = entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.equals("index"))
                    .sorted()
                    .toList();
        }

        assertThat(Files.readAllLines(directory.resolve("index"))).containsExactlyInAnyOrderElementsOf(files);
    }

    @Test
    void appliesEachOnceAlsoWhenTwoNodesStartTogether() {
        Migrations migrations = Migrations.load();

        TestPostgres.await(Future.all(apply(migrations), apply(migrations), apply(migrations)));

        assertThat(numbers("SELECT count(*) FROM schema_version"))
                .isEqualTo(numbers("SELECT count(DISTINCT version) FROM schema_version"));
        assertThat(numbers("SELECT max(version) FROM schema_version")).isEqualTo(migrations.newest());
        assertThat(numbers("SELECT count(*) FROM usage_record")).isZero();
    }

    @Test
    void bringsAnOlderSchemaWithRowsToTheNewest() {
        TestPostgres.await(apply(Migrations.load("/migrations/first")));
        execute("INSERT INTO thing (name) VALUES ('a'), ('b')");

        TestPostgres.await(apply(Migrations.load("/migrations/second")));

        assertThat(numbers("SELECT sum(length) FROM thing")).isEqualTo(2);
        assertThat(numbers("SELECT count(*) FROM schema_version")).isEqualTo(2);
    }

    @Test
    void refusesANewerSchema() {
        TestPostgres.await(apply(Migrations.load("/migrations/second")));

        assertThatThrownBy(() -> TestPostgres.await(apply(Migrations.load("/migrations/first"))))
                .hasRootCauseInstanceOf(SchemaMismatch.class)
                .hasMessageContaining("has number 2, and this program knows only 1; start the newer Sluice");
    }

    @Test
    void refusesAFileThatWasChangedAfterwards() {
        TestPostgres.await(apply(Migrations.load("/migrations/first")));

        assertThatThrownBy(() -> TestPostgres.await(apply(Migrations.load("/migrations/changed"))))
                .hasMessageContaining("migration V001__thing was applied with another text");
    }

    @Test
    void keepsNothingOfAMigrationThatFails() {
        assertThatThrownBy(() -> TestPostgres.await(apply(Migrations.load("/migrations/failing"))))
                .hasMessageContaining("migration V002__failing was refused, and nothing of it kept")
                .hasMessageContaining("nowhere");

        assertThat(numbers("SELECT count(*) FROM schema_version")).isEqualTo(1);
        assertThat(numbers("SELECT count(*) FROM pg_class WHERE relname = 'half'"))
                .isZero();
    }

    @Test
    void keepsNothingOfAMigrationInWhichANodeDies() {
        Future<Void> dying = apply(Migrations.load("/migrations/slow"));
        TestPostgres.with(
                server,
                connection -> await(
                        connection,
                        "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
                                + " AND pid <> pg_backend_pid() AND datname = current_database()"));
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'"
                + " AND pid <> pg_backend_pid() AND datname = current_database()");
        assertThatThrownBy(() -> TestPostgres.await(dying)).isInstanceOf(AssertionError.class);

        TestPostgres.await(apply(Migrations.load("/migrations/first")));

        assertThat(numbers("SELECT count(*) FROM thing")).isZero();
    }

    private static Future<RowSet<Row>> await(io.vertx.sqlclient.SqlConnection connection, String sql) {
        return connection
                .query(sql)
                .execute()
                .compose(rows -> rows.size() > 0 ? Future.succeededFuture(rows) : await(connection, sql));
    }

    private Future<Void> apply(Migrations migrations) {
        return PgConnection.connect(VERTX, PgTargets.of(server, TestPostgres.USE, "test"))
                .compose(connection -> migrations.apply(connection).eventually(connection::close));
    }

    private void execute(String sql) {
        TestPostgres.with(server, connection -> connection.query(sql).execute());
    }

    private long numbers(String sql) {
        return TestPostgres.with(server, connection -> connection.query(sql).execute())
                .iterator()
                .next()
                .getLong(0);
    }
}
