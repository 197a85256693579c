package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy;
import io.sluice.domain.pool.HealthPolicy.Breaker;
import io.sluice.domain.pool.HealthPolicy.Probe;
import io.sluice.message.Address;
import io.sluice.message.AttemptFinished;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.Notice;
import io.sluice.message.TrialTaken;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthVerticleTest {
    private static final HealthPolicy QUICK = new HealthPolicy(
            3,
            Duration.ofMinutes(1),
            Probe.OFF,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ZERO,
            new Breaker(50, 80, Duration.ofSeconds(45), 10, Duration.ofSeconds(30), Duration.ofMillis(50)),
            Duration.ofMinutes(10));
    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("c", c -> c.accounts("a", "b").serves("m").health(QUICK))
            .build();
    private static final Candidate A = REVISION.models().get("m").candidates().getFirst();
    private static final Candidate B = REVISION.models().get("m").candidates().getLast();

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Await.MOST);
    private final List<PoolSnapshot> seen = new CopyOnWriteArrayList<>();
    private final List<Notice> notices = new CopyOnWriteArrayList<>();
    private String deployment = "";

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        bus.consume(Address.POOL_HEALTH, health -> seen.add(health.snapshot()));
        bus.consume(Address.NOTICE_RAISED, notices::add);
        deploy();
    }

    private void deploy() {
        deployment = TestNode.await(vertx.deployVerticle(new HealthVerticle(new HealthSetup(
                REVISION, "n", "n/1", 1, data, System::nanoTime, InstantSource.system(), new SplittableRandom(1)))));
    }

    @AfterEach
    void stop() {
        TestNode.await(vertx.close());
    }

    private void ends(Candidate candidate, @Nullable Verdict verdict) {
        UpstreamFailure failure = verdict == null
                ? null
                : new UpstreamFailure(Kind.SERVER_ERROR, 401, "no", null, null, "c", Duration.ZERO, verdict);
        bus.publish(Address.ATTEMPT_FINISHED, new AttemptFinished(candidate, failure, true, 1, 1, 0));
    }

    private byte standing(Candidate candidate) {
        return seen.isEmpty() ? PoolSnapshot.UP : seen.getLast().standing(candidate.slot(), System.nanoTime());
    }

    @Test
    void whoIsDeadStaysDeadOverARestartAndOperatorsAreTold() {
        ends(A, new Verdict.Dead(true));
        Await.until(() -> standing(A) == PoolSnapshot.DEAD && !notices.isEmpty());
        assertThat(notices).singleElement().satisfies(notice -> {
            assertThat(notice.event()).isEqualTo(NoticeEvent.ACCOUNT_DISABLED);
            assertThat(notice.subject()).isEqualTo("c/a");
        });

        TestNode.await(vertx.undeploy(deployment));
        seen.clear();
        deploy();

        Await.until(() -> !seen.isEmpty());
        assertThat(standing(A)).isEqualTo(PoolSnapshot.DEAD);
        assertThat(standing(B)).isEqualTo(PoolSnapshot.UP);
        assertThat(notices).hasSize(1);
    }

    @Test
    void aCircuitOpensByItsRateAndClosesByOneTrial() {
        for (int i = 0; i < 11; i++) {
            ends(B, null);
        }
        for (int i = 0; i < 10; i++) {
            ends(A, new Verdict.Ambiguous());
        }
        Await.until(() -> standing(A) == PoolSnapshot.BROKEN);
        Await.until(() -> seen.getLast().trial(A.slot(), 0) != 0);
        bus.send(Address.TRIAL_TAKEN, new TrialTaken(seen.getLast().trial(A.slot(), 0)));
        Await.until(() -> seen.getLast().trial(A.slot(), 0) == 0);

        ends(A, null);

        Await.until(() -> standing(A) == PoolSnapshot.UP);
        assertThat(standing(B)).isEqualTo(PoolSnapshot.UP);
    }

    @Test
    void aFailedTrialOpensItAgain() {
        for (int i = 0; i < 10; i++) {
            ends(i % 2 == 0 ? A : B, new Verdict.Ambiguous());
        }
        Await.until(() -> standing(B) == PoolSnapshot.BROKEN);
        for (int round = 0; round < 2; round++) {
            Await.until(() -> trial() != 0);
            long trial = trial();
            bus.send(Address.TRIAL_TAKEN, new TrialTaken(trial));
            ends(seen.getLast().trial(A.slot(), 0) == trial ? A : B, new Verdict.Ambiguous());
            Await.until(() -> trial() != trial);
        }

        assertThat(standing(B)).isEqualTo(PoolSnapshot.BROKEN);
    }

    private long trial() {
        return Math.max(seen.getLast().trial(A.slot(), 0), seen.getLast().trial(B.slot(), 0));
    }
}
