package io.sluice.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.Team;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Scope;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.KeysChanged;
import io.sluice.message.MessageCodecs;
import io.sluice.message.RevisionChanged;
import io.sluice.message.StoreChanged;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.store.Actor;
import io.sluice.store.Change;
import io.sluice.store.Changes;
import io.sluice.store.Database;
import io.sluice.store.KeyRepository;
import io.sluice.store.KeyRepository.NewKey;
import io.sluice.store.PgDatabase;
import io.sluice.store.StoreUnavailable;
import io.sluice.store.StoredKey.State;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's stored keys against a real PostgreSQL. */
class KeysVerticleTest {
    private static final Actor ACTOR = new Actor("test", "owner", "127.0.0.1");
    private static final Duration WEEK = Duration.ofDays(7);

    @TempDir
    private Path data;

    private final Vertx vertx = Vertx.vertx();
    private final StoredKeys keys = new StoredKeys();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<KeysChanged> told = new CopyOnWriteArrayList<>();
    private PgDatabase database;
    private KeyRepository repository;
    private Changes changes;
    private @Nullable String deployed;

    /** Is there, or is away, as the test likes. */
    private static final class Switch implements Database {
        private final Database behind;
        private final List<Consumer<Boolean>> listeners = new CopyOnWriteArrayList<>();
        private volatile boolean up;

        Switch(Database behind, boolean up) {
            this.behind = behind;
            this.up = up;
        }

        void turn(boolean now) {
            up = now;
            listeners.forEach(listener -> listener.accept(now));
        }

        @Override
        public boolean isUp() {
            return up;
        }

        @Override
        public <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
            return up ? behind.use(work) : Future.failedFuture(new StoreUnavailable("away"));
        }

        @Override
        public <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
            return up ? behind.transaction(work) : Future.failedFuture(new StoreUnavailable("away"));
        }

        @Override
        public void whenChanged(Consumer<Boolean> listener) {
            listeners.add(listener);
        }
    }

    @BeforeEach
    void open() {
        MessageCodecs.registerAll(vertx.eventBus());
        database = TestPostgres.open(vertx);
        repository = new KeyRepository(database);
        Bus bus = new Bus(vertx, Await.MOST);
        changes = new Changes(database, change -> bus.announce(Address.STORE_CHANGED, change));
        bus.consume(Address.KEYS_CHANGED, told::add);
    }

    @AfterEach
    void close() {
        TestPostgres.await(vertx.close());
        database.close();
    }

    private void deploy(Database from, GatewayRevision revision, Duration maxAge) {
        KeysVerticle verticle = new KeysVerticle(
                from, keys, revision, data, maxAge, InstantSource.system(), new GatewayMetrics(meters).keys());
        deployed = TestPostgres.await(vertx.deployVerticle(verticle));
    }

    private void deploy() {
        deploy(database, files().build(), WEEK);
    }

    private void undeploy() {
        TestPostgres.await(vertx.undeploy(deployed));
    }

    private static RevisionBuilder files() {
        return new RevisionBuilder().channel("c", c -> c.serves("m")).key("of-files", "sk-of-files-0123456789");
    }

    private static KeyHash hash(String text) {
        return KeyHash.ofKey("sk-" + text + "-0123456789");
    }

    private void create(String name, String definition) {
        change(
                name,
                (connection, number) -> repository.insert(
                        connection, List.of(new NewKey(name, definition, hash(name), false)), "test", number));
    }

    private interface Step {
        Future<Void> with(SqlConnection connection, long number);
    }

    private void change(String name, Step step) {
        TestPostgres.await(changes.make(ACTOR, (connection, number) -> step.with(connection, number)
                .map(done -> new Change<>("", "test", KeysVerticle.KIND, name, null, null))));
    }

    private boolean opens(String text) {
        VirtualKey key = keys.find(hash(text));
        return key != null && !keys.isStale() && key.opens(hash(text), Instant.now());
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    @Test
    void readsWhatIsThereAndFollowsChangesAtOnce() {
        create("a", "{\"models\": [\"gpt*\"]}");
        deploy();
        assertThat(opens("a")).isTrue();
        assertThat(keys.named("a").allows("claude")).isFalse();

        create("b", "{}");
        Await.until(() -> opens("b"));
        change("b", (connection, number) -> repository.state(connection, "b", State.DISABLED, number));
        Await.until(() -> !opens("b"));
        change("b", (connection, number) -> repository.state(connection, "b", State.ACTIVE, number));
        Await.until(() -> opens("b"));
        change("b", (connection, number) -> repository.state(connection, "b", State.REVOKED, number));
        Await.until(() -> keys.find(hash("b")) == null);
        change("a", (connection, number) -> repository.delete(connection, "a", number));
        Await.until(() -> keys.find(hash("a")) == null);

        assertThat(keys.all()).isEmpty();
    }

    @Test
    void aChangeThatNobodyAnnouncedIsFound() {
        deploy();
        Changes silent = new Changes(database, change -> {});

        TestPostgres.await(silent.make(ACTOR, (connection, number) -> repository
                .insert(connection, List.of(new NewKey("a", "{}", hash("a"), false)), "test", number)
                .map(done -> new Change<>("", "test", KeysVerticle.KIND, "a", null, null))));

        Await.until(() -> opens("a"));
    }

    @Test
    void bothTextsOpenAKeyThatIsRotatedUntilTheOldOneEnds() {
        create("a", "{}");
        deploy();

        change(
                "a",
                (connection, number) -> repository.rotate(
                        connection,
                        "a",
                        hash("new"),
                        false,
                        OffsetDateTime.now(ZoneOffset.UTC).plusHours(1),
                        number));
        Await.until(() -> opens("new"));
        assertThat(opens("a")).isTrue();
        assertThat(keys.named("a").hash()).isEqualTo(hash("new"));

        change(
                "a",
                (connection, number) -> repository.rotate(
                        connection, "a", hash("newer"), false, OffsetDateTime.now(ZoneOffset.UTC), number));
        Await.until(() -> opens("newer") && !opens("new"));
        assertThat(opens("a")).isFalse();
    }

    @Test
    void filesWinAndWhatTheyLeaveComesInForce() {
        create("of-files", "{}");
        create("broken", "{\"models\": \"not a list\"}");
        create("member", "{\"team\": \"research\"}");
        deploy();
        assertThat(keys.all()).isEmpty();
        assertThat(gauge("sluice.keys.out.of.force")).isEqualTo(3);

        GatewayRevision next = new RevisionBuilder()
                .channel("c", c -> c.serves("m"))
                .team(new Team("research", null, AccountLimits.NONE, List.of()))
                .id("next")
                .build();
        new Bus(vertx, Await.MOST).publish(Address.REVISION_CHANGED, new RevisionChanged(next));

        Await.until(() -> opens("of-files") && opens("member"));
        Await.until(() -> gauge("sluice.keys.out.of.force") == 1);
        assertThat(gauge("sluice.keys.stored")).isEqualTo(2);
    }

    @Test
    void changedLimitsAreTold() {
        create("a", "{\"limits\": {\"rpm\": 5}}");
        deploy();
        told.clear();

        change(
                "a",
                (connection, number) -> repository.define(
                        connection, "a", "{\"limits\": {\"rpm\": 9, \"per-model\": {\"m\": {\"rpm\": 2}}}}", number));

        Await.until(() -> told.stream().anyMatch(change -> change.limits().size() == 2));
        assertThat(told.getFirst().limits())
                .extracting(
                        Scope::id, scope -> scope.limits().windows().getFirst().amount())
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("key:a", 9L),
                        org.assertj.core.groups.Tuple.tuple("key:a|model:m", 2L));
    }

    @Test
    void startsFromTheDiskWhileTheDatabaseIsAwayAndCatchesUp() throws Exception {
        create("a", "{\"limits\": {\"rpm\": 5}, \"expires\": \"2100-01-01\"}");
        create("b", "{}");
        deploy();
        undeploy();
        Path file = data.resolve("keys.snapshot");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        keys.remove("a");
        keys.remove("b");
        change("b", (connection, number) -> repository.state(connection, "b", State.REVOKED, number));
        create("c", "{}");
        Switch away = new Switch(database, false);

        deploy(away, files().build(), WEEK);

        assertThat(opens("a")).isTrue();
        assertThat(opens("b")).isTrue();
        assertThat(opens("c")).isFalse();
        assertThat(keys.named("a").quota().scopes()).extracting(Scope::id).containsExactly("key:a");
        assertThat(gauge("sluice.keys.snapshot.age.seconds")).isBetween(0.0, 600.0);
        away.turn(true);
        Await.until(() -> opens("c") && !opens("b"));
        assertThat(opens("a")).isTrue();
    }

    @Test
    void keysThatAreTooOldAreNotTrustedUntilTheDatabaseIsThere() throws Exception {
        create("a", "{}");
        deploy();
        undeploy();
        Files.setLastModifiedTime(
                data.resolve("keys.snapshot"), FileTime.from(Instant.now().minus(Duration.ofDays(8))));
        Switch away = new Switch(database, false);

        deploy(away, files().build(), WEEK);

        assertThat(keys.isStale()).isTrue();
        away.turn(true);
        Await.until(() -> opens("a"));
    }

    @Test
    void aDamagedFileIsNotUsed() throws Exception {
        create("a", "{}");
        deploy();
        undeploy();
        keys.remove("a");
        Path file = data.resolve("keys.snapshot");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        deploy(new Switch(database, false), files().build(), WEEK);

        assertThat(keys.all()).isEmpty();
        assertThat(keys.isStale()).isTrue();
    }

    @Test
    void anOlderStateOfTheDatabaseIsReadAnew() {
        create("a", "{}");
        create("b", "{}");
        deploy();
        undeploy();
        TestPostgres.await(database.use(connection -> connection
                .query("DELETE FROM key_credential WHERE key = 'b'; DELETE FROM virtual_key WHERE name = 'b';"
                        + " SELECT setval('change_number', 1)")
                .execute()));
        keys.remove("b");

        Switch away = new Switch(database, false);
        deploy(away, files().build(), WEEK);
        assertThat(opens("b")).isTrue();
        away.turn(true);

        Await.until(() -> keys.find(hash("b")) == null);
        assertThat(opens("a")).isTrue();
        create("c", "{}");
        Await.until(() -> opens("c"));
    }

    @Test
    void lastUsesAreWrittenAtTheLatestWhenTheNodeStops() {
        create("a", "{}");
        create("b", "{}");
        deploy();
        keys.used(keys.named("a"));

        undeploy();

        Map<String, Boolean> used = Map.of("a", true, "b", false);
        used.forEach((name, expected) -> assertThat(
                        TestPostgres.await(repository.find(name)).orElseThrow().lastUsed() != null)
                .isEqualTo(expected));
    }

    @Test
    void moreKeysThanAPageAreRead() {
        change(
                "many",
                (connection, number) -> repository.insert(
                        connection,
                        java.util.stream.IntStream.range(0, KeyRepository.PAGE + 10)
                                .mapToObj(i -> new NewKey("k" + i, "{\"tags\": [\"t\"]}", hash("k" + i), false))
                                .toList(),
                        "test",
                        number));

        deploy();

        assertThat(keys.all()).hasSize(KeyRepository.PAGE + 10);
        assertThat(opens("k" + (KeyRepository.PAGE + 9))).isTrue();
    }

    @Test
    void announcementsOfOtherKindsChangeNothing() {
        deploy();
        told.clear();

        new Bus(vertx, Await.MOST).announce(Address.STORE_CHANGED, new StoreChanged("token", 1));

        create("a", "{}");
        Await.until(() -> opens("a"));
        Await.until(() -> !told.isEmpty());
        assertThat(told).hasSize(1);
    }
}
