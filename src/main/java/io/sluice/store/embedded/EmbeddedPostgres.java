package io.sluice.store.embedded;

import io.sluice.config.StoreServer;
import io.sluice.disk.DirectoryLock;
import io.sluice.disk.PrivateFiles;
import io.sluice.domain.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL in a directory of the node's own, kept between runs. It listens on loopback only, and asks for a password that
 * was made at random and stands in a file for its owner. Whatever the last run left behind is put right: a server that was
 * left alone is stopped, and a server that dies is started again. Every method blocks.
 *
 * <pre>
 *   DIR/lock          held while a node uses the directory
 *   DIR/password      of the user "sluice"
 *   DIR/program-…/    PostgreSQL itself, from the jar
 *   DIR/cluster/      PostgreSQL's data
 * </pre>
 */
public final class EmbeddedPostgres implements AutoCloseable {
    /** User and database. */
    public static final String NAME = "sluice";

    /** The password's file in its directory. */
    public static final String PASSWORD_FILE = "password";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final int PASSWORD_BYTES = 24;
    private static final int PORT_TRIES = 5;
    private static final Duration READY = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final List<String> SETTINGS = List.of(
            "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=",
            "-c", "max_connections=50",
            "-c", "shared_buffers=64MB",
            "-c", "max_wal_size=512MB",
            "-c", "password_encryption=scram-sha-256",
            "-c", "log_min_error_statement=panic",
            "-c", "timezone=UTC");

    private final Path root;
    private final DirectoryLock lock;
    private final ServerCommands commands;
    private final List<String> settings;
    private final Secret password;
    private final Thread atExit = new Thread(this::close, "stop postgres");
    private ServerProcess server;
    private boolean closed;
    private volatile int port;

    private EmbeddedPostgres(
            Path root, DirectoryLock lock, ServerCommands commands, List<String> settings, Secret password, int port)
            throws IOException, InterruptedException {
        this.root = root;
        this.lock = lock;
        this.commands = commands;
        this.settings = settings;
        this.password = password;
        stopOrphans();
        if (!Files.exists(cluster())) {
            make();
        }
        this.server = launch(port);
        watch(server);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts it; the first time it is made, which takes a few seconds.
     *
     * @param root its directory; made when it is not there
     * @param port on loopback; 0 for any free one
     * @param more settings, each {@code name=value}, beside the usual ones
     * @throws IOException with one line for the operator that says what is in the way
     */
    public static EmbeddedPostgres start(Path root, int port, List<String> more)
            throws IOException, InterruptedException {
        Path directory = root.toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory, PrivateFiles.directory(directory));
            directory = directory.toRealPath();
            DirectoryLock lock = DirectoryLock.take(directory);
            try {
                return start(directory, lock, port, more);
            } catch (IOException | InterruptedException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (AccessDeniedException e) {
            throw new IOException(
                    "embedded PostgreSQL: " + e.getFile()
                            + " cannot be used by this user; give it to the user that runs Sluice, or set data to another directory",
                    e);
        } catch (FileSystemException e) {
            throw new IOException("embedded PostgreSQL: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException("embedded PostgreSQL in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static EmbeddedPostgres start(Path root, DirectoryLock lock, int port, List<String> more)
            throws IOException, InterruptedException {
        Path program = ProgramArchive.unpack(root);
        Secret password = password(root);
        List<String> settings = Unprivileged.join(
                SETTINGS,
                more.stream()
                        .flatMap(setting -> List.of("-c", setting).stream())
                        .toList());
        ServerCommands commands = new ServerCommands(program, Unprivileged.prefix(root));
        return new EmbeddedPostgres(root, lock, commands, settings, password, port);
    }

    /** How it is reached now. */
    public StoreServer server() {
        return new StoreServer("127.0.0.1", port, NAME, NAME, password, StoreServer.Tls.DISABLE, null);
    }

    /** The port it listens on, on 127.0.0.1; may change when it had to be started again. */
    public int port() {
        return port;
    }

    /** Number of the server's process. */
    public synchronized long pid() {
        return server.pid();
    }

    /** Stops it; nothing of it runs afterwards. Once is enough. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            LOG.debug("the process ends");
        }
        try {
            stopOrphans();
            lock.close();
        } catch (IOException e) {
            LOG.warn("embedded PostgreSQL did not stop: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path cluster() {
        return root.resolve("cluster");
    }

    private static Secret password(Path root) throws IOException {
        Path file = root.resolve(PASSWORD_FILE);
        if (!Files.exists(file)) {
            if (Files.exists(root.resolve("cluster"))) {
                throw new IOException(file + " is not there any more; put it back, or move " + root.resolve("cluster")
                        + " away and begin with an empty database");
            }
            byte[] bytes = new byte[PASSWORD_BYTES];
            new SecureRandom().nextBytes(bytes);
            Path fresh = root.resolve(PASSWORD_FILE + ".new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PrivateFiles.file(fresh));
            Files.writeString(
                    fresh, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), StandardOpenOption.SYNC);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Secret.of(Files.readString(file).strip());
    }

    /** Whole or not at all: a directory that is there is a complete one. */
    private void make() throws IOException, InterruptedException {
        Path fresh = root.resolve("cluster.new");
        Directories.remove(fresh);
        try {
            initialise(fresh);
        } catch (IOException e) {
            String hint = String.valueOf(e.getMessage()).contains("user does not exist")
                    ? "; PostgreSQL needs a user with a name: add one with this number to /etc/passwd (useradd --uid)"
                    : "";
            throw new IOException(e.getMessage() + hint, e);
        }
        Files.move(fresh, cluster(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void initialise(Path fresh) throws IOException, InterruptedException {
        commands.run(
                "initdb",
                List.of(
                        "-D",
                        fresh.toString(),
                        "-U",
                        NAME,
                        "--auth=scram-sha-256",
                        "--pwfile=" + root.resolve(PASSWORD_FILE),
                        "--encoding=UTF8",
                        "--locale=C",
                        "--data-checksums"),
                "",
                READY);
        commands.run(
                "postgres",
                List.of("--single", "-D", fresh.toString(), "postgres"),
                "CREATE DATABASE " + NAME + "\n",
                READY);
    }

    private ServerProcess launch(int wanted) throws IOException, InterruptedException {
        for (int tries = 1; ; tries++) {
            port = wanted == 0 ? freePort() : wanted;
            ServerProcess started = ServerProcess.start(commands, cluster(), port, settings);
            try {
                started.awaitReady(READY);
                return started;
            } catch (IOException e) {
                started.kill();
                boolean taken = String.valueOf(e.getMessage()).contains("TCP/IP sockets") || !isFree(port);
                if (taken && wanted != 0) {
                    throw new IOException(
                            "port " + wanted + " is in use; stop what listens on it, or take another port");
                }
                if (!taken || tries == PORT_TRIES) {
                    throw new IOException("it does not start: " + e.getMessage(), e);
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    // --- what ends without being asked to ---------------------------------------------------------------------------

    private void watch(ServerProcess started) {
        started.onExit().thenRun(() -> Thread.startVirtualThread(() -> restart(started)));
    }

    private void restart(ServerProcess ended) {
        Duration pause = FIRST_PAUSE;
        while (!isBack(ended)) {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Whether nothing is left to do about a server that ended. */
    private synchronized boolean isBack(ServerProcess ended) {
        if (closed || server != ended) {
            return true;
        }
        LOG.warn("embedded PostgreSQL ended by itself; it is started again");
        try {
            stopOrphans();
            server = launch(isFree(port) ? port : 0);
            watch(server);
            LOG.info("embedded PostgreSQL is there again, on port {}", port);
            return true;
        } catch (IOException e) {
            LOG.error("embedded PostgreSQL in {}: {}", root, e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /**
     * No process of this directory's program is left: the server of a node that was killed, or processes of a server that was
     * killed. Nobody else has the directory, because this one holds its lock. Then a {@code postmaster.pid} whose number another
     * program has got meanwhile is removed; any other one PostgreSQL understands by itself.
     */
    private void stopOrphans() throws IOException, InterruptedException {
        Path pidFile = cluster().resolve("postmaster.pid");
        if (Files.exists(pidFile) && (processes().findAny().isPresent() || isHidden(pidFile))) {
            try {
                commands.run(
                        "pg_ctl",
                        List.of("stop", "-D", cluster().toString(), "-m", "fast", "-w", "-t", "" + STOP.toSeconds()),
                        "",
                        STOP.plusSeconds(5));
            } catch (IOException e) {
                LOG.debug("pg_ctl did not stop the server", e);
            }
        }
        for (ProcessHandle process : processes().toList()) {
            process.destroyForcibly();
            process.onExit().orTimeout(STOP.toSeconds(), TimeUnit.SECONDS).join();
        }
        ProcessHandle stranger = named(pidFile);
        if (stranger != null) {
            Files.delete(pidFile);
        }
    }

    /** The process that the file names; null when there is none, or no file. */
    private static @Nullable ProcessHandle named(Path pidFile) throws IOException {
        try {
            return ProcessHandle.of(Long.parseLong(
                            Files.readAllLines(pidFile).getFirst().strip()))
                    .orElse(null);
        } catch (NoSuchFileException clean) {
            return null;
        } catch (NumberFormatException | NoSuchElementException e) {
            Files.delete(pidFile);
            return null;
        }
    }

    /** Whether the process that the file names is one of which the system does not tell us what it runs. */
    private static boolean isHidden(Path pidFile) throws IOException {
        ProcessHandle process = named(pidFile);
        return process != null && process.info().command().isEmpty();
    }

    private Stream<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(process -> process.info()
                .command()
                .filter(command -> Path.of(command).startsWith(root))
                .isPresent());
    }
}
