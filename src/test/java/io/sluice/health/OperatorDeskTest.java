package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.AttemptFinished;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.PoolAction;
import io.sluice.message.PoolActionResult;
import io.sluice.message.PoolActionResult.AccountResult;
import io.sluice.message.PoolActionResult.Outcome;
import io.sluice.message.PoolHealth;
import io.sluice.message.PoolReport.AccountReport;
import io.sluice.message.PoolReport.Standing;
import io.sluice.message.ProbeAccount;
import io.sluice.message.ProbeResult;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ShowPool;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see and do, on a running health verticle with a scripted provider client. */
class OperatorDeskTest {
    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("c", c -> c.accounts("a", "b", "off")
                    .state("off", AccountState.DISABLED)
                    .serves("m"))
            .channel("many", c -> {
                for (int i = 0; i <= OperatorDesk.MOST_PROBES; i++) {
                    c.accounts("k" + i);
                }
                return c;
            })
            .build();
    private static final Candidate A = REVISION.models().get("m").candidates().getFirst();

    @TempDir
    Path data;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Await.MOST);
    private final List<ProbeAccount> probes = new CopyOnWriteArrayList<>();
    private final Map<String, UpstreamFailure> ill = new ConcurrentHashMap<>();
    private volatile PoolSnapshot seen = PoolSnapshot.UNKNOWN;
    private String deployment = "";

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        bus.consume(Address.POOL_HEALTH, (PoolHealth health) -> seen = health.snapshot());
        bus.serve(Address.providerProbe(0), probe -> {
            probes.add(probe);
            UpstreamFailure failure = ill.get(probe.candidate().accountId());
            return Future.succeededFuture(new ProbeResult(failure, true, 1, 1, null));
        });
        bus.serve(
                Address.QUOTA_RESERVE,
                request -> Future.succeededFuture(new QuotaDecision.Granted(1, 0, Long.MAX_VALUE, null, 0)));
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

    private PoolActionResult act(PoolAction.Kind kind, String subject) {
        return TestNode.await(bus.request(Address.POOL_ACT, new PoolAction(kind, subject, "because", "127.0.0.1")));
    }

    private Outcome outcome(PoolAction.Kind kind, String subject) {
        return act(kind, subject).outcome();
    }

    private AccountReport show(String account) {
        return TestNode.await(bus.request(Address.POOL_SHOW, new ShowPool())).accounts().stream()
                .filter(each -> each.account().equals(account))
                .findFirst()
                .orElseThrow();
    }

    private void ends(@Nullable Verdict verdict) {
        UpstreamFailure failure = verdict == null
                ? null
                : new UpstreamFailure(Kind.SERVER_ERROR, 401, "no", null, null, "code", Duration.ZERO, verdict);
        bus.publish(Address.ATTEMPT_FINISHED, new AttemptFinished(A, failure, true, 1, 1, 0));
    }

    private byte standing() {
        return seen.standing(A.slot(), System.nanoTime());
    }

    @Test
    void whatIsDisabledIsOutOverARestartAndComesBackByAHumanAlone() {
        assertThat(outcome(PoolAction.Kind.DISABLE, "c/a")).isEqualTo(Outcome.DONE);
        Await.until(() -> standing() == PoolSnapshot.DISABLED);
        assertThat(outcome(PoolAction.Kind.DISABLE, "c/a")).isEqualTo(Outcome.UNCHANGED);
        for (int i = 0; i < 20; i++) {
            ends(null);
        }

        TestNode.await(vertx.undeploy(deployment));
        deploy();

        AccountReport report = show("c/a");
        assertThat(report.standing()).isEqualTo(Standing.DISABLED);
        assertThat(report.why()).isEqualTo("because");
        assertThat(report.by()).isEqualTo("127.0.0.1");
        assertThat(report.sinceMillis()).isPositive();
        assertThat(report.byOperator()).isEqualTo(AccountState.DISABLED);
        assertThat(report.byFiles()).isEqualTo(AccountState.ENABLED);
        assertThat(outcome(PoolAction.Kind.ENABLE, "c/a")).isEqualTo(Outcome.DONE);
        Await.until(() -> standing() == PoolSnapshot.UP);
        assertThat(show("c/a").standing()).isEqualTo(Standing.UP);
    }

    @Test
    void aWordOnAChannelIsOfAllItsAccounts() {
        PoolActionResult drained = act(PoolAction.Kind.DRAIN, "c");

        assertThat(drained.outcome()).isEqualTo(Outcome.DONE);
        assertThat(drained.accounts())
                .extracting(AccountResult::account, AccountResult::text)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("c/a", "draining"),
                        org.assertj.core.groups.Tuple.tuple("c/b", "draining"),
                        org.assertj.core.groups.Tuple.tuple("c/off", "disabled (files)"));
        assertThat(show("c/b").standing()).isEqualTo(Standing.DRAINING);
        PoolActionResult refused = act(PoolAction.Kind.ENABLE, "c/a");
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused.text()).contains("enable c first");
        assertThat(outcome(PoolAction.Kind.ENABLE, "c")).isEqualTo(Outcome.DONE);
        assertThat(show("c/a").standing()).isEqualTo(Standing.UP);
    }

    @Test
    void whatTheFilesSayIsChangedThere() {
        PoolActionResult result = act(PoolAction.Kind.ENABLE, "c/off");

        assertThat(result.outcome()).isEqualTo(Outcome.FILES_FORBID);
        assertThat(result.text()).contains("accounts[].state");
        AccountReport report = show("c/off");
        assertThat(report.standing()).isEqualTo(Standing.DISABLED);
        assertThat(report.by()).isEqualTo("files");
        assertThat(report.byFiles()).isEqualTo(AccountState.DISABLED);
        // A milder word by hand changes nothing.
        assertThat(outcome(PoolAction.Kind.DRAIN, "c/off")).isEqualTo(Outcome.DONE);
        assertThat(show("c/off").standing()).isEqualTo(Standing.DISABLED);
    }

    @Test
    void nobodyOfThatNameIsSaid() {
        for (PoolAction.Kind kind : PoolAction.Kind.values()) {
            assertThat(outcome(kind, "c/nobody")).isEqualTo(Outcome.UNKNOWN);
        }
        assertThat(outcome(PoolAction.Kind.DISABLE, "")).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void aCooldownIsSeenAndEnded() {
        ends(new Verdict.SlowDown(Reach.ACCOUNT, Duration.ofMinutes(5), true));
        Await.until(() -> standing() == PoolSnapshot.COOLING);
        AccountReport report = show("c/a");
        assertThat(report.standing()).isEqualTo(Standing.COOLING);
        assertThat(report.by()).isEqualTo("provider");
        assertThat(report.untilMillis() - System.currentTimeMillis()).isBetween(1L, 600_000L);
        assertThat(report.lastError()).isNotNull();
        assertThat(report.lastError().evidence().status()).isEqualTo(401);

        assertThat(outcome(PoolAction.Kind.CLEAR_COOLDOWN, "c/a")).isEqualTo(Outcome.DONE);

        Await.until(() -> standing() == PoolSnapshot.UP);
        assertThat(show("c/a").standing()).isEqualTo(Standing.UP);
    }

    @Test
    void aProbeSaysHowEachAnswersAndBringsTheDeadBack() {
        ends(new Verdict.Dead(true));
        Await.until(() -> standing() == PoolSnapshot.DEAD);
        assertThat(show("c/a").standing()).isEqualTo(Standing.DEAD);
        assertThat(show("c/a").probeMillis()).isPositive();
        ill.put("c/a", UpstreamFailure.of(Kind.ACCOUNT_REFUSED, "still no"));

        PoolActionResult first = act(PoolAction.Kind.PROBE, "c");

        assertThat(first.text()).isEqualTo("2 of 3 accounts answered well.");
        assertThat(first.accounts().getFirst().good()).isFalse();
        assertThat(first.accounts().getFirst().text()).contains("still no");
        assertThat(standing()).isEqualTo(PoolSnapshot.DEAD);
        ill.clear();

        assertThat(act(PoolAction.Kind.PROBE, "c/a").accounts()).singleElement().matches(AccountResult::good);

        Await.until(() -> standing() == PoolSnapshot.UP);
    }

    @Test
    void whoHasNoMoneyIsAskedForAToken() {
        ends(new Verdict.OutOfMoney(Reach.ACCOUNT, Duration.ZERO));
        Await.until(() -> standing() == PoolSnapshot.DEAD);
        assertThat(show("c/a").standing()).isEqualTo(Standing.OUT_OF_MONEY);
        assertThat(show("c/a").models()).singleElement().matches(m -> m.standing() == Standing.OUT_OF_MONEY);

        act(PoolAction.Kind.PROBE, "c/a");

        assertThat(probes).singleElement().matches(probe -> probe.kind() == ProbeAccount.Kind.REQUEST);
        Await.until(() -> standing() == PoolSnapshot.UP);
    }

    @Test
    void aProbeDoesNotReviveWhatAHumanDisabled() {
        act(PoolAction.Kind.DISABLE, "c/a");
        Await.until(() -> standing() == PoolSnapshot.DISABLED);

        assertThat(act(PoolAction.Kind.PROBE, "c/a").accounts()).singleElement().matches(AccountResult::good);

        assertThat(show("c/a").standing()).isEqualTo(Standing.DISABLED);
    }

    @Test
    void tooManyProbesAtOnceAreRefused() {
        assertThat(outcome(PoolAction.Kind.PROBE, "many")).isEqualTo(Outcome.REFUSED);
        assertThat(probes).isEmpty();
        assertThat(outcome(PoolAction.Kind.PROBE, "many/k3")).isEqualTo(Outcome.DONE);
    }
}
