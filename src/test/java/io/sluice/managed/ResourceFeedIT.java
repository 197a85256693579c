package io.sluice.managed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoredEntry;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.Secret;
import io.sluice.domain.seal.Entropy;
import io.sluice.domain.seal.LocalMasterKeys;
import io.sluice.domain.seal.Seal;
import io.sluice.domain.seal.ServiceMasterKeys;
import io.sluice.managed.Documents.Split;
import io.sluice.store.PgDatabase;
import io.sluice.store.ResourceRepository;
import io.sluice.store.ResourceRow;
import io.sluice.testkit.FakeTransit;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rows of a real database as a node follows them. */
@ExtendWith(VertxExtension.class)
class ResourceFeedIT {
    private static final String CHANNEL = "{\"accounts\":[{\"name\":\"a\",\"key\":\"canary\"}]}";

    @TempDir
    private Path data;

    private final Entropy entropy = count -> {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    };
    private ManagedSecrets secrets = new ManagedSecrets(new Seal(
            LocalMasterKeys.of(List.of(Secret.of("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")), entropy), entropy));
    private final AtomicLong nanos = new AtomicLong();
    private PgDatabase database;
    private ResourceRepository repository;
    private ResourceFeed feed;

    @BeforeEach
    void open(Vertx vertx) {
        database = TestPostgres.open(vertx);
        repository = new ResourceRepository(database);
        feed = feed(vertx);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private ResourceFeed feed(Vertx vertx) {
        return new ResourceFeed(vertx, repository, secrets, ManagedStart.read(data, secrets));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(20, TimeUnit.SECONDS);
    }

    private void put(String name, String whole, long number) throws Exception {
        Split split = Documents.split(Kind.CHANNEL, whole);
        ResourceRow row = new ResourceRow(
                "channels",
                name,
                split.document(),
                secrets.seal(Kind.CHANNEL, name, split),
                number,
                number,
                Instant.EPOCH,
                "me",
                false);
        await(database.transaction(connection -> repository.put(connection, row)));
    }

    private Optional<List<String>> refresh() throws Exception {
        return await(feed.refresh())
                .map(entries -> entries.stream().map(StoredEntry::name).toList());
    }

    @Test
    void followsEveryChange() throws Exception {
        assertThat(refresh()).isEmpty();
        put("b", CHANNEL, 1);
        put("a", CHANNEL, 2);
        assertThat(refresh()).contains(List.of("a", "b"));
        assertThat(refresh()).isEmpty();

        put("a", CHANNEL.replace("canary", "other"), 3);
        assertThat(await(feed.refresh()).orElseThrow().getFirst())
                .isEqualTo(new StoredEntry(Kind.CHANNEL, "a", 3, CHANNEL.replace("canary", "other"), null));

        await(database.transaction(connection -> repository.delete(connection, "channels", "b", 4, "me")));
        assertThat(refresh()).contains(List.of("a"));
        put("b", CHANNEL, 5);
        assertThat(refresh()).contains(List.of("a", "b"));
    }

    @Test
    void thatThereIsNothingIsKeptToo() throws Exception {
        assertThat(java.nio.file.Files.exists(data.resolve("resources.snapshot")))
                .isFalse();

        assertThat(refresh()).isEmpty();

        assertThat(java.nio.file.Files.exists(data.resolve("resources.snapshot")))
                .isTrue();
        assertThat(ManagedStart.read(data, secrets).entries()).isEmpty();
    }

    @Test
    void startsWithWhatItKnewLast(Vertx vertx) throws Exception {
        put("a", CHANNEL, 1);
        put("b", CHANNEL, 2);
        await(database.transaction(connection -> repository.delete(connection, "channels", "b", 3, "me")));
        refresh();

        ManagedStart start = ManagedStart.read(data, secrets);
        feed = feed(vertx);

        assertThat(start.entries()).containsExactly(new StoredEntry(Kind.CHANNEL, "a", 1, CHANNEL, null));
        assertThat(refresh()).isEmpty();
        put("c", CHANNEL, 4);
        assertThat(refresh()).contains(List.of("a", "c"));
    }

    /** One change may write more rows than a page has. */
    @Test
    void readsManyRowsOfOneChange() throws Exception {
        await(database.use(connection -> connection
                .query("INSERT INTO resource (kind, name, document, version, changed, created_by, updated_by)"
                        + " SELECT 'models', 'm' || n, '{}', 1, 1, 'me', 'me' FROM generate_series(1, 1700) n")
                .execute()));

        assertThat(refresh().orElseThrow())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 1700).mapToObj(n -> "m" + n).toList());
        assertThat(refresh()).isEmpty();
    }

    @Test
    void whatAKeyServiceDoesNotOpenStaysAsItWasUntilItDoes(Vertx vertx) throws Exception {
        FakeTransit transit = FakeTransit.start(vertx);
        secrets = sealedBy(transit);
        put("a", CHANNEL, 1);
        secrets = sealedBy(transit);
        feed = feed(vertx);
        refresh();
        ManagedSecrets reader = secrets;
        secrets = sealedBy(transit);
        put("a", CHANNEL.replace("canary", "other"), 2);
        put("b", CHANNEL, 3);
        secrets = reader;
        transit.status(503);

        List<StoredEntry> meanwhile = await(feed.refresh()).orElseThrow();
        assertThat(meanwhile.getFirst()).isEqualTo(new StoredEntry(Kind.CHANNEL, "a", 1, CHANNEL, null));
        assertThat(meanwhile.getLast().problem()).contains("is sealed (503)");
        assertThat(refresh()).isEmpty();

        transit.status(200);
        nanos.addAndGet(2_000_000_000);
        assertThat(await(feed.refresh()).orElseThrow())
                .containsExactly(
                        new StoredEntry(Kind.CHANNEL, "a", 2, CHANNEL.replace("canary", "other"), null),
                        new StoredEntry(Kind.CHANNEL, "b", 3, CHANNEL, null));
        assertThat(refresh()).isEmpty();
    }

    /** A start without the service. */
    @Test
    void whatWasShutAtTheStartIsOpenedLater(Vertx vertx) throws Exception {
        FakeTransit transit = FakeTransit.start(vertx);
        secrets = sealedBy(transit);
        feed = feed(vertx);
        put("a", CHANNEL, 1);
        refresh();
        transit.status(403);
        secrets = sealedBy(transit);
        feed = feed(vertx);
        assertThat(refresh()).isEmpty();

        transit.status(200);
        nanos.addAndGet(2_000_000_000);

        assertThat(await(feed.refresh()).orElseThrow())
                .containsExactly(new StoredEntry(Kind.CHANNEL, "a", 1, CHANNEL, null));
    }

    /** As another process has them. */
    private ManagedSecrets sealedBy(FakeTransit transit) throws Exception {
        TransitService service = new TransitService(transit.config(), nanos::get);
        return new ManagedSecrets(new Seal(new ServiceMasterKeys("transit-sluice", service, entropy), entropy));
    }

    @Test
    void readsAllOfATableThatWasPutBack() throws Exception {
        put("a", CHANNEL, 1);
        put("b", CHANNEL, 7);
        refresh();
        await(database.use(connection ->
                connection.query("DELETE FROM resource WHERE name = 'b'").execute()));

        assertThat(refresh()).contains(List.of("a"));
    }

    @Test
    void leavesOutKindsOfALaterProgram() throws Exception {
        put("a", CHANNEL, 1);
        await(database.use(connection -> connection
                .query("ALTER TABLE resource DROP CONSTRAINT resource_kind_check;"
                        + " UPDATE resource SET kind = 'unheard-of'")
                .execute()));

        assertThat(refresh()).contains(List.of());
    }
}
