package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoreServer;
import io.sluice.disk.PrivateFiles;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.store.PgTargets;
import io.sluice.store.embedded.EmbeddedPostgres;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.NodeProcess;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.StreamingClients;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a node at random instants while clients stream, and then compares what three parties say: the clients, the provider and
 * the ledger. No request that its client saw finished is missing in the ledger, none is there twice, and neither is anything
 * missing that the provider was asked.
 */
class JournalCrashIT {
    private static final String KEY = "sk-test-of-the-journal-01";
    private static final int CLIENTS = 16;
    private static final long MOST_UNSENT = 4;
    private static final long SEED = Long.getLong("sluice.seed", System.nanoTime());

    @TempDir
    Path dir;

    @Test
    void losesAndDoublesNothingOverAFewKills() throws Exception {
        run(3);
    }

    @Test
    @Tag("proof")
    void losesAndDoublesNothingOverAHundredKills() throws Exception {
        run(100);
    }

    /** A killed database is none of the clients' business, and everything is in it when it is back. */
    @Test
    void losesNothingWhenTheDatabaseIsKilled() throws Exception {
        Path home = dir.resolve("postgres");
        TestPostgres.withProgram(home);
        EmbeddedPostgres postgres = EmbeddedPostgres.start(home, 0, List.of());
        try (SimulatedProvider provider = SimulatedProvider.start(SimulatorOptions.onPort(FreePort.next()))) {
            provider.script("upstream-0123456789", "{\"first-token\": \"5ms\", \"tokens-per-second\": 400}");
            StoreServer database = postgres.server();
            try (NodeProcess node = NodeProcess.startWith(dir, nodeYaml(database), gatewayYaml(provider.port()));
                    StreamingClients clients = new StreamingClients(node.port(), KEY, "m", CLIENTS)) {
                NodeProcess.await(
                        Duration.ofSeconds(60), () -> clients.finished().size() > 2 * CLIENTS);

                ProcessHandle.of(postgres.pid()).orElseThrow().destroyForcibly();
                int before = clients.finished().size();
                NodeProcess.await(
                        Duration.ofSeconds(60), () -> clients.finished().size() > before + 5 * CLIENTS);
                postgres.close();
                postgres = EmbeddedPostgres.start(home, database.port(), List.of());

                NodeProcess.await(
                        Duration.ofSeconds(60), () -> clients.finished().size() > before + 6 * CLIENTS);
                clients.close();
                Tally tally = new Tally(clients, provider, database);
                NodeProcess.await(Duration.ofSeconds(60), tally::isDrained);
                tally.check(0);
                assertThat(clients.broken()).isEmpty();
                assertThat(clients.refused()).isZero();
            }
        } finally {
            postgres.close();
        }
    }

    @Test
    void refusesASecondProcessOnItsData() throws Exception {
        StoreServer database = TestPostgres.freshDatabase();
        try (NodeProcess node = NodeProcess.startWith(dir, nodeYaml(database), gatewayYaml(FreePort.next()))) {
            Path data = dir.resolve("data");

            Process second = NodeProcess.java(
                    "--config",
                    node.config().toString(),
                    "--data",
                    data.toString(),
                    "--port",
                    Integer.toString(FreePort.next()),
                    "--admin-port",
                    Integer.toString(FreePort.next()));

            assertThat(new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("data directory " + data + " is in use by another process");
            assertThat(second.waitFor()).isNotZero();
            assertThat(node.process().isAlive()).isTrue();
        }
    }

    private void run(int kills) throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        StoreServer database = TestPostgres.freshDatabase();
        try (SimulatedProvider provider = SimulatedProvider.start(SimulatorOptions.onPort(FreePort.next()))) {
            provider.script("upstream-0123456789", "{\"first-token\": \"5ms\", \"tokens-per-second\": 400}");
            try (NodeProcess node = NodeProcess.startWith(dir, nodeYaml(database), gatewayYaml(provider.port()));
                    StreamingClients clients = new StreamingClients(node.port(), KEY, "m", CLIENTS)) {
                for (int kill = 0; kill < kills; kill++) {
                    long before = clients.finished().size();
                    NodeProcess.await(
                            Duration.ofSeconds(60), () -> clients.finished().size() > before + CLIENTS);
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
                    node.kill();
                    node.launch();
                    node.awaitReady();
                }
                clients.close();
                Tally tally = new Tally(clients, provider, database);
                NodeProcess.await(Duration.ofSeconds(60), tally::isDrained);
                tally.check(kills);
            }
        }
    }

    /** What the three say. */
    private static final class Tally {
        private final StreamingClients clients;
        private final SimulatedProvider provider;
        private final StoreServer database;

        Tally(StreamingClients clients, SimulatedProvider provider, StoreServer database) {
            this.clients = clients;
            this.provider = provider;
            this.database = database;
        }

        /** Requests whose end a client saw and that the ledger does not have. */
        Set<String> missing() {
            Set<String> missing = new TreeSet<>(clients.finished());
            missing.removeAll(ledger("SELECT client_request_id FROM usage_record"));
            return missing;
        }

        boolean isDrained() {
            return missing().isEmpty() && asked() >= arrived();
        }

        private long asked() {
            return number("SELECT coalesce(sum(attempts), 0)::bigint FROM usage_record");
        }

        private long arrived() {
            return provider.stats().path("arrived").asLong();
        }

        void check(int kills) {
            Set<String> all = ledger("SELECT client_request_id FROM usage_record");
            long rows = number("SELECT count(*) FROM usage_record");
            long asked = asked();
            long summed = number("SELECT sum(requests)::bigint FROM usage_day");
            long arrived = arrived();
            int broken = clients.broken().size();
            System.out.printf(
                    "%d finished, %d broken, %d refused; provider %d; ledger %d rows with %d attempts%n",
                    clients.finished().size(), broken, clients.refused(), arrived, rows, asked);

            assertThat(missing()).as("finished and not recorded").isEmpty();
            assertThat(rows).as("no request twice").isEqualTo(all.size());
            assertThat(summed).as("sums").isEqualTo(rows);
            assertThat(all).as("nothing invented").isSubsetOf(clients.sent());
            assertThat(asked).as("whatever the provider was asked is recorded").isGreaterThanOrEqualTo(arrived);
            // A kill may come between the note that a request is about to be sent and its being sent.
            assertThat(asked - arrived).as("recorded and not asked").isLessThanOrEqualTo(kills * MOST_UNSENT);
            assertThat(number("SELECT count(*) FROM usage_record WHERE error <> 'gateway_killed' AND ending = 'cut'"))
                    .as("only kills cut")
                    .isZero();
        }

        private <T> T ask(Function<SqlConnection, Future<T>> work) {
            Vertx vertx = Vertx.vertx();
            try {
                return TestPostgres.await(PgConnection.connect(vertx, PgTargets.of(database, TestPostgres.USE, "test"))
                        .compose(connection -> work.apply(connection).eventually(connection::close)));
            } finally {
                TestPostgres.await(vertx.close());
            }
        }

        private long number(String sql) {
            return ask(connection -> connection.query(sql).execute().map(rows -> rows.iterator()
                    .next()
                    .getLong(0)));
        }

        private Set<String> ledger(String sql) {
            return ask(connection -> connection.query(sql).execute().map(rows -> {
                Set<String> ids = new TreeSet<>();
                for (Row row : rows) {
                    ids.add(row.getString(0));
                }
                return ids;
            }));
        }
    }

    private String nodeYaml(StoreServer database) throws IOException {
        Path url = Files.createDirectories(dir.resolve("config")).resolve("database");
        Files.writeString(Files.createFile(url, PrivateFiles.file(url)), TestPostgres.url(database));
        return "store: { url: \"${file:database}\" }\ndrain: 10s\n";
    }

    private static String gatewayYaml(int provider) {
        return """
                channels:
                  - name: sim
                    type: openai
                    base-url: http://127.0.0.1:%d/v1
                    accounts: [{ name: a, key: upstream-0123456789 }]
                    models: { m: {} }
                keys:
                  - { name: app, key: %s }
                """.formatted(provider, KEY);
    }
}
