package io.sluice.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.StoreServer;
import io.sluice.config.StoreUse;
import io.sluice.domain.Secret;
import io.sluice.store.embedded.EmbeddedPostgres;
import io.sluice.testkit.Await;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgDatabaseTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final StoreUse USE = new StoreUse(
            2, Duration.ofSeconds(2), Duration.ofMillis(400), StoreUse.StartWithout.NEVER, Duration.ofDays(7));

    @TempDir
    static Path dir;

    private static EmbeddedPostgres postgres;
    private final PgDatabase database = new PgDatabase(USE, System::nanoTime, () -> 0.5);
    private final List<Boolean> told = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        TestPostgres.withProgram(dir);
        postgres = EmbeddedPostgres.start(dir, 0, List.of("fsync=off"));
    }

    @AfterAll
    static void stop() {
        postgres.close();
        VERTX.close();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void failsAtOnceWhileTheServerIsAwayAndComesBackWithIt() {
        open();
        ProcessHandle.of(postgres.pid()).orElseThrow().destroyForcibly();
        Await.until(() -> !database.isUp());

        assertThatThrownBy(this::one)
                .hasRootCauseInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("the database is away: ");
        Await.until(Duration.ofSeconds(40), database::isUp);

        assertThat(one()).isEqualTo(1);
        assertThat(told).startsWith(true, false).endsWith(true);
        assertThat(database.secondsSinceFailure()).isPositive();
    }

    @Test
    void noticesAServerThatIsFrozen() throws Exception {
        open();
        Future<Integer> underWay = database.use(connection -> connection
                .query("SELECT pg_sleep(0.3)")
                .execute()
                .compose(slept -> Promise.<Integer>promise().future()));
        signal("-STOP");
        try {
            assertThatThrownBy(() -> TestPostgres.await(underWay)).hasRootCauseInstanceOf(StoreUnavailable.class);
            Await.until(() -> !database.isUp());
            // Attempts at it hang and are given up, too.
            Await.until(() -> database.reason().contains("no connection within 2000 ms"));
        } finally {
            signal("-CONT");
        }

        Await.until(Duration.ofSeconds(40), database::isUp);
        assertThat(one()).isEqualTo(1);
    }

    @Test
    void endsAStatementThatTakesTooLong() {
        open();

        assertThatThrownBy(() -> TestPostgres.await(database.use(
                        connection -> connection.query("SELECT pg_sleep(30)").execute())))
                .hasMessageContaining("statement timeout");

        assertThat(database.isUp()).isTrue();
    }

    @Test
    void longWorkMayTakeLonger() {
        open();

        assertThat(TestPostgres.await(database.transaction(Duration.ofSeconds(20), connection -> connection
                                .query("SELECT 7 FROM pg_sleep(0.6)")
                                .execute()))
                        .iterator()
                        .next()
                        .getInteger(0))
                .isEqualTo(7);
    }

    @Test
    void givesUpWorkThatNeverEndsAndHasItsConnectionBack() {
        open();
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < USE.connections(); i++) {
            Promise<Integer> never = Promise.promise();
            all.add(database.use(connection -> connection
                    .closeHandler(closed -> never.tryFail("closed"))
                    .query("SELECT 1")
                    .execute()
                    .compose(done -> never.future())));
        }

        for (Future<Integer> one : all) {
            assertThatThrownBy(() -> TestPostgres.await(one)).hasMessageContaining("no answer within");
        }

        Await.until(() -> database.isUp() && isFree());
    }

    /** Whether work can be done. */
    private boolean isFree() {
        try {
            return one() == 1;
        } catch (AssertionError notYet) {
            return false;
        }
    }

    @Test
    void keepsAllOrNothingOfATransaction() {
        open();
        TestPostgres.await(database.use(connection ->
                connection.query("CREATE TABLE IF NOT EXISTS pair (n int)").execute()));

        assertThatThrownBy(() -> TestPostgres.await(database.transaction(connection -> connection
                        .query("INSERT INTO pair VALUES (1)")
                        .execute()
                        .compose(done -> connection
                                .query("INSERT INTO nowhere VALUES (1)")
                                .execute()))))
                .hasRootCauseInstanceOf(PgException.class);
        assertThatThrownBy(() -> TestPostgres.await(database.transaction(connection -> connection
                        .query("INSERT INTO pair VALUES (1)")
                        .execute()
                        .compose(done -> {
                            throw new IllegalStateException("own");
                        }))))
                .hasRootCauseMessage("own");
        TestPostgres.await(database.transaction(
                connection -> connection.query("INSERT INTO pair VALUES (2)").execute()));

        assertThat(number("SELECT sum(n) FROM pair")).isEqualTo(2);
    }

    @Test
    void servesMoreCallersThanItHasConnections() {
        open();
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(database.use(
                    connection -> connection.query("SELECT 1").execute().map(rows -> rows.iterator()
                            .next()
                            .getInteger(0))));
        }

        assertThat(TestPostgres.await(Future.join(all)).size()).isEqualTo(200);
        assertThat(number("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluice test'"))
                .isLessThanOrEqualTo(USE.connections() + 1L);
    }

    @Test
    void refusesAServerThatTakesNoChanges() {
        open();
        TestPostgres.await(database.use(connection -> connection
                .query("ALTER DATABASE sluice SET default_transaction_read_only = on")
                .execute()));
        PgDatabase second = new PgDatabase(USE, System::nanoTime, () -> 0.5);
        try {
            assertThatThrownBy(() -> open(second, postgres.server()))
                    .hasMessageContaining("it takes no changes: a standby");
            assertThat(second.isUp()).isFalse();
        } finally {
            second.close();
            TestPostgres.await(database.use(connection -> connection
                    .query("ALTER DATABASE sluice RESET default_transaction_read_only")
                    .execute()));
        }
    }

    @Test
    void saysThatThePasswordIsWrongAndNotWhatItWas() {
        StoreServer own = postgres.server();
        StoreServer wrong = new StoreServer(
                own.host(), own.port(), own.user(), own.database(), Secret.of("CANARY-password"), own.tls(), null);

        assertThatThrownBy(() -> open(database, wrong))
                .hasMessageContaining("password authentication failed for user \"sluice\"")
                .hasMessageNotContaining("CANARY");
    }

    @Test
    void givesThePasswordToNobodyWhoAsksForItInTheClear() throws Exception {
        for (int method : new int[] {3, 5}) {
            List<Byte> heard = new CopyOnWriteArrayList<>();
            NetServer server = TestPostgres.await(VERTX.createNetServer()
                    .connectHandler(socket -> socket.handler(bytes -> {
                        for (byte b : bytes.getBytes()) {
                            heard.add(b);
                        }
                        socket.write(Buffer.buffer()
                                .appendByte((byte) 'R')
                                .appendInt(method == 5 ? 12 : 8)
                                .appendInt(method)
                                .appendInt(7));
                    }))
                    .listen(0, "127.0.0.1"));
            PgDatabase asked = new PgDatabase(USE, System::nanoTime, () -> 0.5);
            StoreServer target = new StoreServer(
                    "127.0.0.1", server.actualPort(), "u", "d", Secret.of("CANARY"), StoreServer.Tls.DISABLE, null);

            assertThatThrownBy(() -> open(asked, target)).hasMessageContaining("the server asks for the password");

            asked.close();
            TestPostgres.await(server.close());
            byte[] bytes = new byte[heard.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = heard.get(i);
            }
            assertThat(new String(bytes, UTF_8))
                    .contains("user\0u\0database\0d")
                    .doesNotContain("CANARY", "md5");
        }
    }

    private void open() {
        database.whenChanged(told::add);
        openAtLast(database);
    }

    /** The machine may be slower than the test's patience with the first attempt. */
    private static void openAtLast(PgDatabase database) {
        VERTX.runOnContext(any ->
                database.open(VERTX, () -> PgTargets.of(postgres.server(), USE, "test"), Migrations.load()::apply));
        Await.until(Duration.ofSeconds(40), database::isUp);
    }

    private static void open(PgDatabase database, StoreServer server) {
        TestPostgres.await(Future.future(opened -> VERTX.getOrCreateContext().runOnContext(any -> database.open(
                        VERTX, () -> PgTargets.of(server, USE, "test"), Migrations.load()::apply)
                .onComplete(opened))));
    }

    private long one() {
        return number("SELECT 1::bigint");
    }

    private long number(String sql) {
        return TestPostgres.await(
                        database.use(connection -> connection.query(sql).execute()))
                .iterator()
                .next()
                .getLong(0);
    }

    /** To every process of the server. */
    private static void signal(String signal) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", signal, Long.toString(postgres.pid())));
        ProcessHandle.of(postgres.pid())
                .orElseThrow()
                .children()
                .forEach(child -> command.add(Long.toString(child.pid())));
        assertThat(new ProcessBuilder(command).start().waitFor(10, TimeUnit.SECONDS))
                .isTrue();
    }
}
