package io.sluice.quota;

import static io.sluice.testkit.QuotaScopes.candidate;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.config.QueueConfig;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.testkit.Await;
import io.sluice.testkit.GroupOfOne;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reservations whose answer nobody hears, and reservations that nobody settles. */
class LateReservationTest {
    private static final List<Candidate> ONE_AT_A_TIME =
            List.of(candidate(new Scope("account:c/one", new LimitSet(List.of(), 1))));

    @TempDir
    private Path data;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Await.MOST);
    private final AtomicLong clock = new AtomicLong(1_000_000_000_000L);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    @BeforeEach
    void deploy() throws Exception {
        MessageCodecs.registerAll(vertx.eventBus());
        GroupOfOne group = new GroupOfOne(clock.get());
        bus.serve(Address.QUOTA_RENEW, renewal -> Future.succeededFuture(group.apply(clock.get(), renewal)));
        await(vertx.deployVerticle(new QuotaVerticle(
                new RevisionBuilder()
                        .channel("c", c -> c.accounts("a").serves("m"))
                        .build(),
                "test",
                QueueConfig.DEFAULT,
                clock::get,
                () -> Instant.ofEpochMilli(clock.get() / 1_000_000),
                new Random(1),
                new GatewayMetrics(registry))));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private QuotaDecision reserve(long replaces, long deadline) throws Exception {
        return await(bus.request(
                Address.QUOTA_RESERVE,
                new ReserveQuota(
                        List.of(),
                        ONE_AT_A_TIME,
                        Estimate.NONE,
                        replaces,
                        deadline,
                        new io.sluice.message.Waiter(0, "r", "app", 0, System.nanoTime(), 0))));
    }

    private double openReservations() {
        return registry.get("sluice.quota.reservations.open").gauge().value();
    }

    @Test
    void nothingIsDebitedAfterTheDeadline() throws Exception {
        QuotaDecision late = reserve(0, clock.get() - 1);
        QuotaDecision inTime = reserve(0, clock.get());

        assertThat(late).isInstanceOf(QuotaDecision.Denied.class);
        assertThat(inTime).isInstanceOf(QuotaDecision.Granted.class);
    }

    @Test
    void whatALateRequestReplacesEnds() throws Exception {
        QuotaDecision.Granted first = (QuotaDecision.Granted) reserve(0, clock.get());
        QuotaDecision late = reserve(first.reservation(), clock.get() - 1);

        assertThat(late).isInstanceOf(QuotaDecision.Denied.class);
        assertThat(reserve(0, clock.get())).isInstanceOf(QuotaDecision.Granted.class);
    }

    @Test
    void aReservationThatNobodySettlesFreesItsPlaceInTheEnd() throws Exception {
        reserve(0, clock.get());
        QuotaDecision refused = reserve(0, clock.get());

        Await.until(() -> openReservations() == 1);
        clock.addAndGet(Duration.ofDays(2).toNanos());

        Await.until(() -> openReservations() == 0);
        assertThat(refused).isInstanceOf(QuotaDecision.Denied.class);
        assertThat(reserve(0, clock.get())).isInstanceOf(QuotaDecision.Granted.class);
    }
}
