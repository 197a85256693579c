package io.sluice.quota;

import static io.sluice.testkit.QuotaScopes.limits;
import static io.sluice.testkit.QuotaScopes.perMinute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.config.QueueConfig;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Headroom;
import io.sluice.message.KeyLimits;
import io.sluice.message.MessageCodecs;
import io.sluice.message.QuotaDecision;
import io.sluice.message.RequestRefused;
import io.sluice.message.ReserveQuota;
import io.sluice.message.RevisionChanged;
import io.sluice.message.SettleQuota;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuotaVerticleTest {
    private static final Duration TTL = Duration.ofMillis(180);
    private static final Estimate HUNDRED = new Estimate(60, 40);
    private static final String KEY = "sk-test-0123456789abcdef";

    @TempDir
    private Path data;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong ahead = new AtomicLong();
    private final LongSupplier clock = () -> System.nanoTime() + ahead.get();
    private final InstantSource wall = () -> Instant.ofEpochMilli(clock.getAsLong() / 1_000_000);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Queue<Headroom> headroom = new ConcurrentLinkedQueue<>();
    private final GatewayRevision revision = revision("r1", 3, 60);
    private final Bus bus = new Bus(vertx, Await.MOST);
    private String deployment = "";
    private String group = "";

    private static GatewayRevision revision(String id, int accountRpm, int keyRpm) {
        // Shorter than what is paced, so that everything fits at once.
        LimitSet account = limits(new Limit(Dimension.REQUESTS, accountRpm, Duration.ofSeconds(9)));
        LimitSet key = limits(perMinute(Dimension.REQUESTS, keyRpm), perMinute(Dimension.TOKENS, 10_000));
        return new RevisionBuilder()
                .id(id)
                .channel("c", c -> c.account("a", account).account("b", account).serves("m"))
                .limitedKey("app", KEY, key)
                .build();
    }

    @BeforeEach
    void deploy() throws Exception {
        MessageCodecs.registerAll(vertx.eventBus());
        bus.consume(Address.QUOTA_HEADROOM, headroom::add);
        deployment = start();
    }

    private String start() throws Exception {
        GatewayMetrics metrics = new GatewayMetrics(registry);
        group = deploy(new LocalGroupVerticle(data, clock, wall, metrics));
        return deploy(new QuotaVerticle(revision, "test", QueueConfig.DEFAULT, clock, wall, new Random(), metrics));
    }

    private String deploy(Deployable verticle) throws Exception {
        return vertx.deployVerticle(verticle)
                .toCompletionStage()
                .toCompletableFuture()
                .get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    /** Asks, and does not wait for the answer. */
    private Future<QuotaDecision> ask(long ticket, String key, int priority, Duration atMost) {
        return bus.request(
                Address.QUOTA_RESERVE,
                new ReserveQuota(
                        List.of(),
                        Objects.requireNonNull(revision.models().get("m")).candidates(),
                        HUNDRED,
                        0,
                        clock.getAsLong() + atMost.toNanos(),
                        new io.sluice.message.Waiter(ticket, "r" + ticket, key, priority, clock.getAsLong(), 100)),
                Duration.ofSeconds(20));
    }

    private void fill() throws Exception {
        for (int i = 0; i < 6; i++) {
            granted(revision);
        }
    }

    /** Lets time pass in steps that leave time for renewals. */
    private boolean passed() {
        ahead.addAndGet(Duration.ofMillis(50).toNanos());
        return true;
    }

    private double waitingNow() {
        return registry.get("sluice.queue.requests").gauge().value();
    }

    @Test
    void waitsUntilThereIsRoom() throws Exception {
        fill();
        Future<QuotaDecision> waits = ask(1, "app", 0, Duration.ofSeconds(20));
        Await.until(() -> waitingNow() == 1);
        assertThat(waits.isComplete()).isFalse();

        Await.until(() -> passed() && waits.isComplete());

        assertThat(waits.result())
                .isInstanceOfSatisfying(QuotaDecision.Granted.class, granted -> assertThat(granted.queuedNanos())
                        .isGreaterThanOrEqualTo(Duration.ofSeconds(9).toNanos()));
    }

    @Test
    void keysTakeTurnsAndALargerPriorityGoesFirst() throws Exception {
        fill();
        List<Future<QuotaDecision>> flood = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            flood.add(ask(i, "flood", 0, Duration.ofSeconds(120)));
        }
        Future<QuotaDecision> other = ask(100, "other", 0, Duration.ofSeconds(120));
        Future<QuotaDecision> urgent = ask(101, "urgent", 5, Duration.ofSeconds(120));
        Await.until(() -> waitingNow() == 22);

        Await.until(() -> passed() && other.isComplete() && urgent.isComplete());
        assertThat(other.result()).isInstanceOf(QuotaDecision.Granted.class);
        assertThat(urgent.result()).isInstanceOf(QuotaDecision.Granted.class);
        assertThat(flood.subList(6, 20)).noneMatch(Future::isComplete);
        Await.until(() -> passed() && flood.stream().allMatch(Future::isComplete));
        assertThat(flood).allMatch(f -> f.result() instanceof QuotaDecision.Granted);
    }

    @Test
    void whoLeavesIsOutAtOnce() throws Exception {
        fill();
        Future<QuotaDecision> leaves = ask(7, "app", 0, Duration.ofSeconds(20));
        Await.until(() -> waitingNow() == 1);

        bus.send(Address.QUOTA_CANCEL, new io.sluice.message.CancelReserve(7));

        Await.until(leaves::isComplete);
        assertThat(leaves.result()).isInstanceOf(QuotaDecision.Denied.class);
        Await.until(() -> waitingNow() == 0);
    }

    @Test
    void refusesAtOnceWhatCannotBeServedInTime() throws Exception {
        fill();

        List<RequestRefused> told = new CopyOnWriteArrayList<>();
        bus.consume(Address.REQUEST_REFUSED, told::add);
        Future<QuotaDecision> hopeless = ask(1, "app", 0, Duration.ofSeconds(5));

        Await.until(hopeless::isComplete);
        assertThat(hopeless.result()).isInstanceOf(QuotaDecision.Denied.class);
        assertThat(hopeless.result().queuedNanos())
                .isLessThan(Duration.ofMillis(500).toNanos());
        Await.until(() -> told.size() == 1);
        assertThat(told.getFirst().requestId()).isEqualTo("r1");
        assertThat(told.getFirst().message()).contains("at its limit");
    }

    private QuotaDecision reserve(GatewayRevision of, long replaces) throws Exception {
        List<Candidate> candidates =
                Objects.requireNonNull(of.models().get("m")).candidates();
        ReserveQuota request = new ReserveQuota(
                of.keys().named("app").orElseThrow().quota().scopes(),
                candidates,
                HUNDRED,
                replaces,
                clock.getAsLong() + 250_000_000L,
                new io.sluice.message.Waiter(0, "r", "app", 0, clock.getAsLong(), 0));
        return bus.request(Address.QUOTA_RESERVE, request)
                .toCompletionStage()
                .toCompletableFuture()
                .get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    private QuotaDecision.Granted granted(GatewayRevision of) throws Exception {
        QuotaDecision decision = reserve(of, 0);
        assertThat(decision).isInstanceOf(QuotaDecision.Granted.class);
        return (QuotaDecision.Granted) decision;
    }

    @Test
    void grantsWithExpiryAndTheKeysNumbers() throws Exception {
        QuotaDecision.Granted granted = granted(revision);

        assertThat(granted.candidate()).isZero();
        assertThat(granted.expiresAtNanos() - clock.getAsLong()).isBetween(1L, TTL.toNanos());
        KeyLimits key = Objects.requireNonNull(granted.keyLimits());
        assertThat(key.requestLimit()).isEqualTo(60);
        assertThat(key.requestsLeft()).isEqualTo(59);
        assertThat(key.tokensLeft()).isEqualTo(9_900);
        assertThat(key.tokenResetMillis()).isBetween(60_000L, 63_000L);
    }

    @Test
    void refusesTheSeventhAndCountsIt() throws Exception {
        for (int i = 0; i < 6; i++) {
            granted(revision);
        }

        QuotaDecision seventh = reserve(revision, 0);

        assertThat(seventh).isInstanceOfSatisfying(QuotaDecision.Denied.class, denied -> {
            assertThat(((QuotaExceeded) denied.failure()).cause()).isEqualTo(Cause.POOL);
            assertThat(((QuotaExceeded) denied.failure()).retryAfter())
                    .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
        });
        assertThat(registry.get("sluice.quota.denied")
                        .tag("cause", "pool")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void settlesOnceAndCountsWhatDoesNotMatchAndWhatWasUsedBeyond() throws Exception {
        long reservation = granted(revision).reservation();
        Await.until(() -> open() == 1);

        bus.send(
                Address.QUOTA_SETTLE,
                new SettleQuota(reservation, clock.getAsLong(), true, new Estimate(60, 90), false));
        bus.send(Address.QUOTA_SETTLE, new SettleQuota(reservation, clock.getAsLong(), true, HUNDRED, false));

        Await.until(() -> open() == 0);
        Await.until(() ->
                registry.get("sluice.quota.settlements.unmatched").counter().count() == 1);
        assertThat(registry.get("sluice.quota.overrun.tokens").counter().count())
                .isEqualTo(50);
    }

    private double open() {
        return registry.get("sluice.quota.reservations.open").gauge().value();
    }

    @Test
    void anExpiredReservationIsReplaced() throws Exception {
        long expired = granted(revision).reservation();
        ahead.addAndGet(TTL.toNanos());

        QuotaDecision again = reserve(revision, expired);

        assertThat(again).isInstanceOfSatisfying(QuotaDecision.Granted.class, granted -> {
            assertThat(granted.candidate()).isZero();
            assertThat(Objects.requireNonNull(granted.keyLimits()).requestsLeft())
                    .isEqualTo(59);
        });
    }

    @Test
    void tellsWhereRoomIsWhenItChanged() throws Exception {
        Await.until(() -> headroom.contains(new Headroom("r1", new int[] {1000, 1000})));

        granted(revision);

        Await.until(() -> headroom.contains(new Headroom("r1", new int[] {666, 1000})));
        assertThat(headroom).hasSize(2);
    }

    @Test
    void aNewRevisionsLimitsRuleAlsoForRequestsThatBeganBefore() throws Exception {
        GatewayRevision next = revision("r2", 1, 60);
        granted(revision);

        bus.publish(Address.REVISION_CHANGED, new RevisionChanged(next));
        Await.until(() -> headroom.contains(new Headroom("r2", new int[] {0, 1000})));

        assertThat(granted(revision).candidate()).isEqualTo(1);
        assertThat(reserve(revision, 0)).isInstanceOf(QuotaDecision.Denied.class);
    }

    @Test
    void keepsTheWindowsOverARestart() throws Exception {
        for (int i = 0; i < 5; i++) {
            granted(revision);
        }
        for (String each : List.of(deployment, group)) {
            vertx.undeploy(each).toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
        }

        start();

        assertThat(granted(revision).candidate()).isEqualTo(1);
        assertThat(reserve(revision, 0)).isInstanceOf(QuotaDecision.Denied.class);
    }

    @Test
    void doesNotStartOnADirectoryInUse() {
        assertThatThrownBy(this::start).hasMessageContaining("is in use by another process");
    }
}
