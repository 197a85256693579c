package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.StoreServer;
import io.sluice.config.StoreServer.Tls;
import io.sluice.store.embedded.EmbeddedPostgres;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgTlsTest {
    private static final Vertx VERTX = Vertx.vertx();

    @TempDir
    static Path dir;

    private static EmbeddedPostgres postgres;
    private static Path right;
    private static Path wrong;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Certificates own = Certificates.in(Files.createDirectory(dir.resolve("own")));
        right = own.tls().cert();
        wrong = Certificates.in(Files.createDirectory(dir.resolve("other")))
                .tls()
                .cert();
        Files.setPosixFilePermissions(own.tls().key(), PosixFilePermissions.fromString("rw-------"));
        Path root = dir.resolve("postgres");
        TestPostgres.withProgram(root);
        postgres = EmbeddedPostgres.start(
                root,
                0,
                List.of(
                        "fsync=off",
                        "listen_addresses=127.0.0.1,127.0.0.2",
                        "ssl=on",
                        "ssl_cert_file=" + right.toAbsolutePath(),
                        "ssl_key_file=" + own.tls().key().toAbsolutePath()));
    }

    @AfterAll
    static void stop() {
        postgres.close();
        VERTX.close();
    }

    @Test
    void encryptsWhenTheServerIsWhoItShouldBe() {
        assertThat(isEncrypted(server("localhost", Tls.VERIFY_FULL, right))).isTrue();
        assertThat(isEncrypted(server("127.0.0.1", Tls.VERIFY_FULL, right))).isTrue();
        assertThat(isEncrypted(server("127.0.0.1", Tls.DISABLE, null))).isFalse();
    }

    @Test
    void refusesAServerOfAnotherAuthority() {
        for (Tls mode : List.of(Tls.VERIFY_FULL, Tls.VERIFY_CA)) {
            assertThatThrownBy(() -> isEncrypted(server("localhost", mode, wrong)))
                    .isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> isEncrypted(server("localhost", mode, null)))
                    .as("the authorities of the Java runtime")
                    .isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void refusesAServerOfAnotherNameUnlessOnlyTheAuthorityCounts() {
        assertThatThrownBy(() -> isEncrypted(server("127.0.0.2", Tls.VERIFY_FULL, right)))
                .isInstanceOf(AssertionError.class);
        assertThat(isEncrypted(server("127.0.0.2", Tls.VERIFY_CA, right))).isTrue();
    }

    @Test
    void refusesAServerThatDoesNotEncrypt() {
        StoreServer plain = TestPostgres.freshDatabase();

        assertThatThrownBy(() -> isEncrypted(new StoreServer(
                        plain.host(),
                        plain.port(),
                        plain.user(),
                        plain.database(),
                        plain.password(),
                        Tls.VERIFY_FULL,
                        right)))
                .hasMessageContaining("does not handle SSL");
    }

    private static StoreServer server(String host, Tls tls, @Nullable Path ca) {
        StoreServer own = postgres.server();
        return new StoreServer(host, own.port(), own.user(), own.database(), own.password(), tls, ca);
    }

    private static boolean isEncrypted(StoreServer server) {
        return TestPostgres.await(PgConnection.connect(VERTX, PgTargets.of(server, TestPostgres.USE, "test"))
                        .compose(connection -> connection
                                .query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                                .execute()
                                .eventually(connection::close)))
                .iterator()
                .next()
                .getBoolean(0);
    }
}
