package io.sluice.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.Await;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    private static final List<String> FAST = List.of("fsync=off");

    @TempDir
    Path dir;

    private Path root;

    @BeforeEach
    void prepare() {
        root = dir.resolve("postgres");
        TestPostgres.withProgram(root);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(processes()).isEmpty();
    }

    @Test
    void keepsItsDataAndItsPasswordForItsOwner() throws Exception {
        String password;
        try (EmbeddedPostgres first = start()) {
            password = first.server().password().reveal();
            // What a crash while it was made would have left.
            Files.createDirectories(root.resolve("cluster.new/base"));
        }
        try (EmbeddedPostgres second = start()) {
            assertThat(second.server().password().reveal()).isEqualTo(password).hasSize(32);
            assertThat(second.server().host()).isEqualTo("127.0.0.1");
        }

        assertThat(permissions(root.resolve("password"))).isEqualTo("rw-------");
        assertThat(permissions(root.resolve("cluster"))).isEqualTo("rwx------");
        assertThat(Files.readString(root.resolve("cluster/pg_hba.conf"))
                        .lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#")))
                .isNotEmpty()
                .allMatch(line -> line.endsWith("scram-sha-256"));
    }

    @Test
    void putsRightWhatTheLastRunLeft() throws Exception {
        Path pidFile = root.resolve("cluster/postmaster.pid");
        start().close();

        // A file whose number another process has now: this one.
        Files.writeString(pidFile, ProcessHandle.current().pid() + "\n" + root + "\n");
        start().close();

        // A server whose node was killed.
        int port = FreePort.next();
        ServerCommands commands = new ServerCommands(ProgramArchive.unpack(root), Unprivileged.prefix(root));
        ServerProcess orphan =
                ServerProcess.start(commands, root.resolve("cluster"), port, List.of("-c", "unix_socket_directories="));
        orphan.awaitReady(java.time.Duration.ofMinutes(1));
        Path copy = Files.copy(pidFile, dir.resolve("pid"));
        start().close();
        assertThat(orphan.isAlive()).isFalse();

        // A server that was killed, with its file.
        Files.copy(copy, pidFile, StandardCopyOption.REPLACE_EXISTING);
        start().close();

        // A file with nothing in it.
        Files.writeString(pidFile, "");
        start().close();
    }

    @Test
    @Tag("proof") // PgDatabaseTest sees it, too
    void startsAServerAgainThatWasKilled() throws Exception {
        try (EmbeddedPostgres postgres = start()) {
            long first = postgres.pid();
            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            Await.until(java.time.Duration.ofSeconds(40), () -> postgres.pid() != first);

            assertThat(ProcessHandle.of(postgres.pid())).isPresent();
        }
    }

    @Test
    void saysWhatIsInTheWay() throws Exception {
        try (EmbeddedPostgres running = start();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use by another process");
            running.close();

            assertThatThrownBy(() -> EmbeddedPostgres.start(root, taken.getLocalPort(), FAST))
                    .hasMessageContaining("port " + taken.getLocalPort() + " is in use");
        }

        Files.writeString(root.resolve("cluster/PG_VERSION"), "12\n");
        assertThatThrownBy(this::start).hasMessageContaining(root.toString()).hasMessageContaining("version 12");

        Files.delete(root.resolve("password"));
        assertThatThrownBy(this::start).hasMessageContaining("password is not there any more; put it back");

        assertThatThrownBy(() -> EmbeddedPostgres.start(Files.createFile(dir.resolve("file")), 0, FAST))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("embedded PostgreSQL");
    }

    private EmbeddedPostgres start() throws IOException, InterruptedException {
        return EmbeddedPostgres.start(root, 0, FAST);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Stream<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(process -> process.info()
                .command()
                .filter(command -> Path.of(command).startsWith(dir))
                .isPresent());
    }
}
