package io.sluice.testkit;

import io.sluice.config.StoreServer;
import io.sluice.config.StoreUse;
import io.sluice.store.Migrations;
import io.sluice.store.PgDatabase;
import io.sluice.store.PgTargets;
import io.sluice.store.embedded.EmbeddedPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One PostgreSQL for all tests of a JVM: started when it is first needed, stopped with the JVM. Each test takes databases of
 * its own from it; one with the newest schema is a copy, and costs some ten milliseconds.
 */
public final class TestPostgres {
    /** For tests: as in production, with shorter patience. */
    public static final StoreUse USE = StoreUse.DEFAULT;

    private static final Path HOME = Path.of("target", "test-postgres").toAbsolutePath();
    private static final String TEMPLATE = "newest_schema";
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final List<String> FORGETFUL =
            List.of("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200");

    private final EmbeddedPostgres server;
    private final Vertx vertx = Vertx.vertx();

    private TestPostgres() throws IOException, InterruptedException {
        removeOld();
        Path own = HOME.resolve(Long.toString(ProcessHandle.current().pid()));
        withProgram(own);
        server = EmbeddedPostgres.start(own, 0, FORGETFUL);
        keepProgram(own);
        with(
                "postgres",
                connection -> connection.query("CREATE DATABASE " + TEMPLATE).execute());
        with(TEMPLATE, connection -> Migrations.load().apply(connection));
    }

    private static final class Lazy {
        static final TestPostgres INSTANCE = make();

        private static TestPostgres make() {
            try {
                return new TestPostgres();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError("no PostgreSQL", e);
            }
        }
    }

    /** A database with the newest schema and no rows. */
    public static StoreServer freshDatabase() {
        return Lazy.INSTANCE.create(" TEMPLATE " + TEMPLATE);
    }

    /** A database without anything. */
    public static StoreServer emptyDatabase() {
        return Lazy.INSTANCE.create("");
    }

    /** An open database with the newest schema and no rows; the caller closes it. Blocks. */
    public static PgDatabase open(Vertx vertx) {
        return open(vertx, freshDatabase());
    }

    /** A database of a server, open; the caller closes it. Blocks. */
    public static PgDatabase open(Vertx vertx, StoreServer server) {
        PgDatabase database = new PgDatabase(USE, System::nanoTime, () -> 0.5);
        await(Future.future(opened -> vertx.getOrCreateContext().runOnContext(any -> database.open(
                        vertx, () -> PgTargets.of(server, USE, "test"), Migrations.load()::apply)
                .onComplete(opened))));
        return database;
    }

    /** Does something on a connection of its own. Blocks. */
    public static <T> T with(StoreServer server, Function<SqlConnection, Future<T>> work) {
        return Lazy.INSTANCE.with(server.database(), work);
    }

    /** As people and URLs write it, the password in it. */
    public static String url(StoreServer server) {
        String password =
                server.password() == null ? "" : ":" + server.password().reveal();
        return "postgresql://" + server.user() + password + "@" + server.host() + ":" + server.port() + "/"
                + server.database();
    }

    /**
     * Puts the unpacked program where a server of a test looks for it, so that it need not be unpacked again.
     *
     * @param directory of {@link EmbeddedPostgres}
     */
    public static void withProgram(Path directory) {
        try {
            Files.createDirectories(directory);
            for (Path program : programs(HOME)) {
                link(program, directory.resolve(program.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a future and gives its value. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private StoreServer create(String template) {
        String name = "test_" + NUMBER.incrementAndGet();
        with("postgres", connection -> connection
                .query("CREATE DATABASE " + name + template)
                .execute());
        return named(name);
    }

    private StoreServer named(String database) {
        StoreServer own = server.server();
        return new StoreServer(own.host(), own.port(), own.user(), database, own.password(), own.tls(), own.ca());
    }

    private <T> T with(String database, Function<SqlConnection, Future<T>> work) {
        return await(PgConnection.connect(vertx, PgTargets.of(named(database), USE, "test"))
                .compose(connection -> work.apply(connection).eventually(connection::close)));
    }

    // --- files -----------------------------------------------------------------------------------------------------

    private static void keepProgram(Path own) throws IOException {
        for (Path program : programs(own)) {
            Path kept = HOME.resolve(program.getFileName());
            if (!Files.exists(kept)) {
                link(program, kept);
            }
        }
    }

    private static List<Path> programs(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith("program-"))
                    .toList();
        }
    }

    /** Whole or not at all; another JVM may do the same. */
    private static void link(Path from, Path to) throws IOException {
        Path fresh = to.resolveSibling("linking-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = fresh.resolve(from.relativize(file));
                if (Files.isSymbolicLink(file)) {
                    Files.createSymbolicLink(copy, Files.readSymbolicLink(file));
                } else if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.createLink(copy, file);
                }
            }
        }
        try {
            Files.move(fresh, to);
        } catch (IOException another) {
            remove(fresh);
        }
    }

    private static void removeOld() throws IOException {
        Files.createDirectories(HOME);
        List<Path> old;
        try (Stream<Path> entries = Files.list(HOME)) {
            old = entries.filter(entry -> entry.getFileName().toString().matches("\\d+")
                            && ProcessHandle.of(
                                            Long.parseLong(entry.getFileName().toString()))
                                    .isEmpty())
                    .toList();
        }
        for (Path directory : old) {
            ProcessHandle.allProcesses()
                    .filter(process -> process.info()
                            .command()
                            .filter(command -> Path.of(command).startsWith(directory))
                            .isPresent())
                    .forEach(ProcessHandle::destroyForcibly);
            remove(directory);
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
