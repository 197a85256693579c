package io.sluice.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.Team;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.RevisionChanged;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.store.Database;
import io.sluice.store.PgDatabase;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 100 000 stored keys: how long a start takes, and how much memory. Figures are printed. */
@Tag("proof")
class ManyKeysTest {
    private static final int MANY = 100_000;

    /** Alike: many keys say the same. Different: no two do. */
    private static final String ALIKE =
            "'{\"team\": \"t\", \"models\": [\"gpt*\"], \"limits\": {\"rpm\": 60, \"tpm\": 100000}}'::jsonb";

    private static final String DIFFERENT =
            "jsonb_build_object('team', 't', 'models', jsonb_build_array('gpt*'), 'tags', jsonb_build_array('n' || i),"
                    + " 'limits', jsonb_build_object('rpm', 60 + i, 'tpm', 100000 + i))";

    @TempDir
    private Path data;

    @ParameterizedTest
    @ValueSource(strings = {ALIKE, DIFFERENT})
    void areReadQuicklyAndStaySmall(String definition) throws Exception {
        Vertx vertx = Vertx.vertx();
        MessageCodecs.registerAll(vertx.eventBus());
        PgDatabase database = TestPostgres.open(vertx);
        fill(database, definition);
        StoredKeys keys = new StoredKeys();
        long before = used();

        long start = System.nanoTime();
        String id = TestPostgres.await(vertx.deployVerticle(verticle(database, keys)));
        long fromDatabase = millisSince(start);
        long memory = used() - before;
        assertThat(keys.all()).hasSize(MANY);
        start = System.nanoTime();
        Team other = new Team("t", null, AccountLimits.NONE, List.of());
        new Bus(vertx, Await.MOST)
                .publish(
                        Address.REVISION_CHANGED,
                        new RevisionChanged(new RevisionBuilder()
                                .channel("c", c -> c.serves("m"))
                                .team(other)
                                .id("next")
                                .build()));
        var someKey = keys.named("k99999");
        Await.until(() -> keys.named("k99999") != someKey);
        long resolved = millisSince(start);
        TestPostgres.await(vertx.undeploy(id));
        long snapshot = Files.size(data.resolve(KeySnapshot.FILE));
        StoredKeys again = new StoredKeys();
        start = System.nanoTime();
        TestPostgres.await(vertx.deployVerticle(verticle(new Away(), again)));
        long fromDisk = millisSince(start);

        assertThat(again.all()).hasSize(MANY);
        assertThat(again.find(KeyHash.of(hash(7)))).isNotNull();
        System.out.printf(
                "%d keys: read from the database in %d ms, from the disk in %d ms, a revision in %d ms or more; %d MiB of"
                        + " memory, %d KiB on disk%n",
                MANY, fromDatabase, fromDisk, resolved, memory >> 20, snapshot >> 10);
        assertThat(memory).isLessThan(100L << 20);
        TestPostgres.await(vertx.close());
        database.close();
    }

    private KeysVerticle verticle(Database database, StoredKeys keys) {
        GatewayRevision revision = new RevisionBuilder()
                .channel("c", c -> c.serves("m"))
                .team(new Team("t", null, AccountLimits.NONE, List.of()))
                .build();
        return new KeysVerticle(
                database,
                keys,
                revision,
                data,
                Duration.ofDays(7),
                InstantSource.system(),
                new GatewayMetrics(new SimpleMeterRegistry()).keys());
    }

    /** As the database makes it. */
    private static byte[] hash(int i) throws Exception {
        return java.security.MessageDigest.getInstance("SHA-256")
                .digest(("k" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void fill(PgDatabase database, String definition) {
        TestPostgres.await(database.transaction(Duration.ofMinutes(5), connection -> connection
                .query("INSERT INTO virtual_key (name, definition, created_by, changed) SELECT 'k' || i, " + definition
                        + ", 'test', 1 + i / 100 FROM generate_series(0, " + (MANY - 1) + ") i")
                .execute()
                .compose(done -> connection
                        .query(
                                "INSERT INTO key_credential (hash, key, kind) SELECT sha256(name::bytea), name, 'generated'"
                                        + " FROM virtual_key")
                        .execute())));
        TestPostgres.await(database.use(
                connection -> connection.query("ANALYZE virtual_key").execute().compose(done -> connection
                        .query("ANALYZE key_credential")
                        .execute())));
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Never there. */
    private static final class Away implements Database {
        @Override
        public boolean isUp() {
            return false;
        }

        @Override
        public <T> io.vertx.core.Future<T> use(
                java.util.function.Function<io.vertx.sqlclient.SqlConnection, io.vertx.core.Future<T>> work) {
            return io.vertx.core.Future.failedFuture("away");
        }

        @Override
        public <T> io.vertx.core.Future<T> transaction(
                java.util.function.Function<io.vertx.sqlclient.SqlConnection, io.vertx.core.Future<T>> work) {
            return use(work);
        }
    }
}
