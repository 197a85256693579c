package io.sluice.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.cluster.member.MemberNode;
import io.sluice.cluster.member.MemberNode.Heard;
import io.sluice.config.StoreServer;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.StoreChanged;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.store.Actor;
import io.sluice.store.Change;
import io.sluice.store.Changes;
import io.sluice.store.KeyRepository;
import io.sluice.store.KeyRepository.NewKey;
import io.sluice.store.PgDatabase;
import io.sluice.store.StoredKey.State;
import io.sluice.testkit.Await;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of a real cluster with one database. */
class KeysClusterIT {
    private static final Actor ACTOR = new Actor("test", "owner", "127.0.0.1");
    private static final KeyHash HASH = KeyHash.ofKey("sk-of-the-cluster-0123");
    private static final GatewayRevision REVISION =
            new RevisionBuilder().channel("c", c -> c.serves("m")).build();

    @TempDir
    private Path dir;

    /** What a node of the test has. */
    private record Part(MemberNode member, PgDatabase database, StoredKeys keys, List<StoreChanged> heard) {
        boolean opens() {
            VirtualKey key = keys.find(HASH);
            return key != null && key.opens(HASH, Instant.now());
        }
    }

    private final List<Part> parts = new ArrayList<>();

    private Part begin(String name, Map<String, Integer> ports, StoreServer server) {
        MemberNode member = MemberNode.start(name, name.charAt(0), ports);
        Heard views = member.enter(REVISION);
        PgDatabase database = TestPostgres.open(member.vertx(), server);
        StoredKeys keys = new StoredKeys();
        List<StoreChanged> heard = new CopyOnWriteArrayList<>();
        new Bus(member.vertx(), Await.MOST).hear(Address.STORE_CHANGED, heard::add);
        TestPostgres.await(member.vertx()
                .deployVerticle(new KeysVerticle(
                        database,
                        keys,
                        REVISION,
                        dir.resolve(name),
                        Duration.ofDays(7),
                        InstantSource.system(),
                        new GatewayMetrics(new SimpleMeterRegistry()).keys())));
        Await.until(() -> !views.members().isEmpty());
        Part part = new Part(member, database, keys, heard);
        parts.add(part);
        return part;
    }

    @Test
    void aKeyThatOneNodeRevokesIsDeadOnTheOther() throws Exception {
        java.nio.file.Files.createDirectories(dir.resolve("a"));
        java.nio.file.Files.createDirectories(dir.resolve("b"));
        Map<String, Integer> ports = Map.of("a", FreePort.next(), "b", FreePort.next());
        StoreServer server = TestPostgres.freshDatabase();
        try {
            Part a = begin("a", ports, server);
            Part b = begin("b", ports, server);
            Bus bus = new Bus(a.member().vertx(), Await.MOST);
            Changes changes = new Changes(a.database(), change -> bus.announce(Address.STORE_CHANGED, change));
            KeyRepository keys = new KeyRepository(a.database());
            change(
                    changes,
                    (connection, number) ->
                            keys.insert(connection, List.of(new NewKey("k", "{}", HASH, false)), "test", number));
            Await.until(() -> a.opens() && b.opens());
            Await.until(() -> !b.heard().isEmpty());

            change(changes, (connection, number) -> keys.state(connection, "k", State.REVOKED, number));

            Await.until(() -> !a.opens() && !b.opens());
            // It was told, and not only found by looking for it.
            Await.until(() -> b.heard().size() == 2);
            assertThat(b.heard()).extracting(StoreChanged::kind).containsOnly(KeysVerticle.KIND);
        } finally {
            parts.forEach(part -> {
                part.database().close();
                part.member().close();
            });
        }
    }

    private interface Step {
        Future<Void> with(io.vertx.sqlclient.SqlConnection connection, long number);
    }

    private static void change(Changes changes, Step step) {
        TestPostgres.await(changes.make(ACTOR, (connection, number) -> step.with(connection, number)
                .map(done -> new Change<>("", "test", KeysVerticle.KIND, "k", null, null))));
    }
}
