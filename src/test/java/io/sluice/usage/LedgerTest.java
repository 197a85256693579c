package io.sluice.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.config.JournalConfig;
import io.sluice.config.JournalConfig.Fsync;
import io.sluice.config.JournalConfig.WhenFull;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.LedgerState;
import io.sluice.message.MessageCodecs;
import io.sluice.message.Notice;
import io.sluice.message.UsageRecord;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.store.StoreUnavailable;
import io.sluice.store.UsageSink;
import io.sluice.testkit.Await;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.UsageSamples;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the bus by way of the journal into a ledger that comes and goes. */
class LedgerTest {
    private static final Set<NoticeEvent> OWN =
            Set.of(NoticeEvent.JOURNAL_FAILING, NoticeEvent.LEDGER_LAGGING, NoticeEvent.USAGE_SET_ASIDE);

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Map<String, UsageRecord> ledger = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<Notice> notices = new CopyOnWriteArrayList<>();
    private final List<LedgerState> states = new CopyOnWriteArrayList<>();
    private final AtomicLong wallMillis = new AtomicLong(1_790_000_000_000L);
    private final AtomicLong skippedNanos = new AtomicLong();
    private volatile @Nullable RuntimeException failing;
    private volatile String poison = "";
    private Bus bus = new Bus(vertx, Await.MOST);

    @TempDir
    private Path data;

    @BeforeEach
    void listen() {
        MessageCodecs.registerAll(vertx.eventBus());
        bus.consume(Address.NOTICE_RAISED, notice -> {
            if (OWN.contains(notice.event())) {
                notices.add(notice);
            }
        });
        bus.consume(Address.LEDGER_STATE, states::add);
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void bringsAcceptedRecordsIntoTheLedgerInOrder() throws Exception {
        start(JournalConfig.DEFAULT);
        List<UsageRecord> records = UsageSamples.numbered("a", 3_000);

        assertThat(send(records)).containsOnly(Accepted.INSTANCE);

        Await.until(() -> ledger.size() == 3_000);
        assertThat(ledger.values()).containsExactlyElementsOf(records);
        // The journal is told after the ledger has them.
        Await.until(() -> gauge("sluice.journal.records.waiting") == 0);
    }

    @Test
    void acceptsWhileTheLedgerIsAwayAndDrainsWhenItIsBack() throws Exception {
        failing = new StoreUnavailable("away");
        start(JournalConfig.DEFAULT);
        List<UsageRecord> records = UsageSamples.numbered("a", 5_000);

        assertThat(send(records)).containsOnly(Accepted.INSTANCE);
        assertThat(gauge("sluice.journal.records.waiting")).isEqualTo(5_000);
        assertThat(gauge("sluice.journal.bytes")).isPositive();

        failing = null;
        Await.until(() -> ledger.size() == 5_000);
        assertThat(ledger.values()).containsExactlyElementsOf(records);
    }

    @Test
    void leavesForTheNextStartWhatTheLedgerDoesNotTake() throws Exception {
        failing = new StoreUnavailable("away");
        String running = start(JournalConfig.DEFAULT);
        send(UsageSamples.numbered("a", 100));
        await(vertx.undeploy(running));
        assertThat(ledger).isEmpty();

        failing = null;
        start(JournalConfig.DEFAULT);

        Await.until(() -> ledger.size() == 100);
    }

    @Test
    void drainsBeforeItStops() throws Exception {
        String running = start(JournalConfig.DEFAULT);
        send(UsageSamples.numbered("a", 4_500));

        await(vertx.undeploy(running));

        assertThat(ledger).hasSize(4_500);
        assertThat(segments()).isEmpty();
    }

    @Test
    void setsAsideWhatTheLedgerRefusesAndTellsOperators() throws Exception {
        poison = "a-17";
        start(JournalConfig.DEFAULT);
        send(UsageSamples.numbered("a", 50));

        Await.until(() -> ledger.size() == 49);
        Await.until(() -> notices.stream().anyMatch(notice -> notice.event() == NoticeEvent.USAGE_SET_ASIDE));
        assertThat(notices.getFirst().text()).contains("a-17");
        assertThat(segments()).anyMatch(name -> name.endsWith(".rejected"));
    }

    @Test
    void refusesNewRequestsWhenItIsFull() throws Exception {
        failing = new StoreUnavailable("away");
        start(new JournalConfig(Fsync.OFF, 4 << 20, WhenFull.REFUSE));
        int sent = 0;
        while (takesRequests()) {
            assertThat(send(UsageSamples.numbered("a" + sent, 200))).containsOnly(Accepted.INSTANCE);
            sent += 200;
        }
        Await.until(() -> notices.stream().anyMatch(notice -> notice.event() == NoticeEvent.JOURNAL_FAILING));
        assertThat(notices.getFirst().text()).contains("New requests are refused");
        assertThat(gauge("sluice.journal.up")).isZero();

        failing = null;
        int all = sent;
        Await.until(() -> ledger.size() == all);
        Await.until(this::takesRequests);
        Await.until(() -> notices.getLast().over());
    }

    @Test
    void tellsThatTheLedgerIsBehind() throws Exception {
        failing = new StoreUnavailable("away");
        start(JournalConfig.DEFAULT);
        send(UsageSamples.numbered("a", 10));
        skippedNanos.set(TimeUnit.MINUTES.toNanos(2));

        Await.until(() -> notices.stream().anyMatch(notice -> notice.event() == NoticeEvent.LEDGER_LAGGING));

        failing = null;
        Await.until(() -> notices.getLast().over());
    }

    /** Nothing but what people read goes by the wall clock. */
    @Test
    void doesNotMindAClockThatIsSetBack() throws Exception {
        start(JournalConfig.DEFAULT);
        send(UsageSamples.numbered("a", 100));
        wallMillis.addAndGet(-TimeUnit.DAYS.toMillis(400));
        send(UsageSamples.numbered("b", 100));
        failing = new StoreUnavailable("away");
        send(UsageSamples.numbered("c", 100));
        assertThat(gauge("sluice.journal.oldest.seconds")).isNotNegative();
        failing = null;

        Await.until(() -> ledger.size() == 300);
        assertThat(ledger.keySet()).last().isEqualTo("c-99");
    }

    @Test
    void refusesToStartTwiceOnOneDirectory() throws Exception {
        start(JournalConfig.DEFAULT);

        assertThatThrownBy(() -> start(JournalConfig.DEFAULT)).hasMessageContaining("in use by another process");
    }

    private boolean takesRequests() {
        return states.isEmpty() || states.getLast().takesRequests();
    }

    private String start(JournalConfig config) throws Exception {
        UsageSink sink = records -> {
            RuntimeException fails = failing;
            if (fails == null
                    && records.stream().anyMatch(usage -> usage.requestId().equals(poison))) {
                fails = new UsageSink.Refused("value out of range");
            }
            if (fails != null) {
                return Future.failedFuture(fails);
            }
            records.forEach(usage -> ledger.putIfAbsent(usage.requestId(), usage));
            return Future.succeededFuture();
        };
        LedgerSetup setup = new LedgerSetup(
                data,
                "n1",
                config,
                sink,
                () -> System.nanoTime() + skippedNanos.get(),
                () -> Instant.ofEpochMilli(wallMillis.get()),
                new Random()::nextLong,
                new KeptRequests(),
                100);
        return await(vertx.deployVerticle(new UsageVerticle(
                new GatewayMetrics(registry), Revisions.of("r", 1, "gpt-4o"), new StoredKeys(), setup, null)));
    }

    private List<Accepted> send(List<UsageRecord> records) throws Exception {
        return await(Future.all(records.stream()
                        .map(usage -> bus.request(Address.USAGE_RECORDED, usage))
                        .toList()))
                .list();
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private List<String> segments() throws Exception {
        try (Stream<Path> paths = Files.list(data.resolve("journal"))) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> !List.of("lock", "position", "open").contains(name))
                    .toList();
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
