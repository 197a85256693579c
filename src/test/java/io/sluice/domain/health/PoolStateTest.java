package io.sluice.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.health.Circuit.Subject;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy;
import io.sluice.domain.pool.HealthPolicy.Probe;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PoolStateTest {
    private static final Verdict THROTTLED = new Verdict.SlowDown(Reach.MODEL, Duration.ofSeconds(7), true);
    private static final Verdict REVOKED = new Verdict.Dead(true);
    private static final Verdict UNAUTHORIZED = new Verdict.Dead(false);
    private static final Verdict SICK = new Verdict.EndpointSick(Duration.ZERO, false);

    private final PoolWorld world = world(HealthPolicy.DEFAULT);
    private final Candidate am = world.candidate("m", 0);
    private final Candidate bm = world.candidate("m", 1);
    private final Candidate an = world.candidate("n", 0);

    private static PoolWorld world(HealthPolicy policy) {
        return new PoolWorld(new RevisionBuilder()
                .channel("c", c -> c.accounts("a", "b").serves("m", "n").health(policy))
                .build());
    }

    private static HealthPolicy probing(Probe probe) {
        HealthPolicy standard = HealthPolicy.DEFAULT;
        return new HealthPolicy(
                standard.refusals(),
                standard.refusalsWithin(),
                probe,
                standard.probeAfter(),
                standard.probeEvery(),
                standard.moneyAfter(),
                standard.ramp(),
                standard.breaker(),
                standard.coolingNotice());
    }

    private long trial() {
        return Math.max(world.trial(am), world.trial(an));
    }

    @Test
    void whoeverIsAskedToSlowDownIsOutForTheNamedTimeAndNoLonger() {
        world.ends(am, THROTTLED);

        assertThat(world.coolsFor(am)).isEqualTo(Duration.ofSeconds(7));
        assertThat(List.of(world.standing(bm), world.standing(an))).containsOnly(PoolSnapshot.UP);
        world.pass(Duration.ofSeconds(7).minusNanos(1));
        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.COOLING);
        world.pass(Duration.ofNanos(1));
        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
        assertThat(world.told).containsExactly("cooled c/a m");
    }

    @Test
    void aWordAboutTheAccountIsAboutAllItsModels() {
        world.ends(am, new Verdict.SlowDown(Reach.ACCOUNT, Duration.ofSeconds(7), true));

        assertThat(List.of(world.standing(am), world.standing(an))).containsOnly(PoolSnapshot.COOLING);
        assertThat(world.standing(bm)).isEqualTo(PoolSnapshot.UP);
    }

    @Test
    void whoIsRefusedForGoodIsOutWithinOneAnswer() {
        world.ends(am, REVOKED);

        assertThat(List.of(world.standing(am), world.standing(an))).containsOnly(PoolSnapshot.DEAD);
        assertThat(world.standing(bm)).isEqualTo(PoolSnapshot.UP);
        assertThat(world.told).containsExactly("died c/a");
    }

    @Test
    void refusalsThatMayBeAnOutageCountOneAfterTheOther() {
        world.ends(am, UNAUTHORIZED);
        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.COOLING);
        // On their way together with the first: these say nothing new.
        long together = world.now() - 1;
        world.ends(am, UNAUTHORIZED, together);
        world.ends(am, UNAUTHORIZED, together);
        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.COOLING);

        world.pass(Duration.ofSeconds(10));
        world.ends(am, UNAUTHORIZED);
        world.pass(Duration.ofSeconds(10));
        world.ends(am, UNAUTHORIZED);

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.DEAD);
    }

    @Test
    void refusalsThatMayBeAnOutageAreForgottenWithASuccess() {
        for (int i = 0; i < 5; i++) {
            world.ends(am, UNAUTHORIZED);
            world.pass(Duration.ofSeconds(12));
            world.ends(am, null);
        }

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
    }

    static List<Verdict> nobodysFault() {
        return List.of(
                new Verdict.RequestWrong(),
                new Verdict.ContentRefused(),
                new Verdict.Elsewhere(),
                new Verdict.ClientGone());
    }

    @ParameterizedTest
    @MethodSource("nobodysFault")
    void nobodyIsPunishedForTheClientsFault(Verdict verdict) {
        for (int i = 0; i < 100; i++) {
            world.ends(am, verdict);
        }

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
        assertThat(world.told).isEmpty();
    }

    @Test
    void aDeadAccountComesBackByProbeThenTrialThenRamp() {
        world.ends(am, REVOKED);
        world.tick();
        assertThat(world.told).containsExactly("died c/a");
        world.pass(Duration.ofSeconds(40));
        world.tick();
        assertThat(world.told).last().isEqualTo("probe c/a MODELS");
        world.state.probed("c/a", Probe.MODELS, null, world.now());
        world.tick();

        long trial = trial();
        assertThat(trial).isPositive();
        assertThat(world.standing(am)).as("still out for all others").isEqualTo(PoolSnapshot.DEAD);
        world.state.trialTaken(trial, world.now());
        assertThat(trial()).as("one at a time").isZero();
        world.pass(Duration.ofSeconds(1));
        world.ends(am, null);

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
        assertThat(world.told).last().isEqualTo("revived c/a");
        assertThat(world.state.snapshot(world.now()).share(am.slot())).isEqualTo(Ramp.FIRST);
        world.pass(Duration.ofSeconds(15));
        assertThat(world.state.snapshot(world.now()).share(am.slot())).isBetween(500, 600);
        world.pass(Duration.ofSeconds(15));
        assertThat(world.state.snapshot(world.now()).share(am.slot())).isEqualTo(PoolSnapshot.WHOLE);
    }

    @Test
    void whatNobodyTakesIsOfferedToAnotherLane() {
        world.ends(am, REVOKED);
        world.pass(Duration.ofSeconds(40));
        world.tick();
        world.state.probed("c/a", Probe.MODELS, null, world.now());
        long first = trial();
        world.tick();
        assertThat(trial()).isEqualTo(first);

        world.pass(Duration.ofSeconds(1));
        world.tick();

        assertThat(trial()).isGreaterThan(first);
        world.state.trialTaken(first, world.now());
        assertThat(trial()).as("an old offer counts no more").isPositive();
    }

    @Test
    void aFailedProbeWaitsTwiceAsLongEachTime() {
        world.ends(am, REVOKED);
        UpstreamFailure no = UpstreamFailure.of(UpstreamFailure.Kind.ACCOUNT_REFUSED, "no");
        for (int seconds : List.of(30, 60, 120, 240, 480, 900, 900)) {
            world.told.clear();
            world.pass(Duration.ofSeconds(seconds).minusMillis(1));
            world.tick();
            assertThat(world.told).as("before %d s", seconds).isEmpty();
            world.pass(Duration.ofMillis(1));
            world.tick();
            assertThat(world.told).as("after %d s", seconds).containsExactly("probe c/a MODELS");
            world.state.probed("c/a", Probe.MODELS, no, world.now());
        }
    }

    @Test
    void aProbeThatIsARequestNeedsNoTrial() {
        PoolWorld asks = world(probing(Probe.REQUEST));
        asks.ends(asks.candidate("m", 0), REVOKED);
        asks.pass(Duration.ofSeconds(40));
        asks.tick();
        asks.state.probed("c/a", Probe.REQUEST, null, asks.now());

        assertThat(asks.told).containsExactly("died c/a", "probe c/a REQUEST", "revived c/a");
        assertThat(asks.standing(asks.candidate("m", 0))).isEqualTo(PoolSnapshot.UP);
    }

    @Test
    void anAccountWithoutMoneyIsTriedLessOftenAndNotByAListOfModels() {
        world.ends(am, new Verdict.OutOfMoney(Reach.ACCOUNT, Duration.ZERO));
        world.pass(Duration.ofMinutes(9));
        world.tick();
        assertThat(trial()).isZero();
        world.pass(Duration.ofMinutes(4));
        world.tick();

        assertThat(trial()).isPositive();
        assertThat(world.told).containsExactly("died c/a money");
    }

    @Test
    void moneyThatComesAtANamedTimeIsNotLookedForBefore() {
        world.ends(am, new Verdict.OutOfMoney(Reach.ACCOUNT, Duration.ofHours(5)));
        world.pass(Duration.ofHours(5).minusSeconds(1));
        world.tick();
        assertThat(trial()).isZero();
        world.pass(Duration.ofHours(2));
        world.tick();

        assertThat(trial()).isPositive();
    }

    @Test
    void whoIsNotToBeProbedStaysOut() {
        PoolWorld off = world(probing(Probe.OFF));
        off.ends(off.candidate("m", 0), REVOKED);
        off.pass(Duration.ofDays(2));
        off.tick();

        assertThat(off.told).containsExactly("died c/a");
        assertThat(off.standing(off.candidate("m", 0))).isEqualTo(PoolSnapshot.DEAD);
    }

    @Test
    void onlyTheNodeThatLeadsProbes() {
        world.leads = false;
        world.ends(am, REVOKED);
        world.pass(Duration.ofHours(1));
        world.tick();
        assertThat(world.told).containsExactly("died c/a");

        world.state.toldAlive("c/a", world.now());
        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
        assertThat(world.told).as("it is the other node's news").containsExactly("died c/a");
    }

    @Test
    void aMissingModelIsOutAlone() {
        world.ends(am, new Verdict.ModelMissing(true));

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.DEAD);
        assertThat(world.standing(an)).isEqualTo(PoolSnapshot.UP);
        world.pass(Duration.ofMinutes(7));
        world.tick();
        world.state.trialTaken(world.trial(am), world.now());
        world.ends(am, null);
        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
    }

    @Test
    void anAccountWithoutAnyOfItsModelsIsDead() {
        world.ends(am, new Verdict.ModelMissing(true));
        world.ends(an, new Verdict.ModelMissing(true));

        assertThat(world.told).last().isEqualTo("died c/a");
    }

    @Test
    void anAccountWhoseAttemptsFailIsLeftAlone() {
        for (int i = 0; i < 11; i++) {
            world.ends(bm, null);
        }
        for (int i = 0; i < 10; i++) {
            world.ends(am, SICK);
        }

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.BROKEN);
        assertThat(world.standing(bm)).isEqualTo(PoolSnapshot.UP);
        assertThat(world.told).containsExactly("trip account c/a");
    }

    @Test
    void aServiceThatIsIllBlamesNoAccount() {
        for (int i = 0; i < 10; i++) {
            world.ends(i % 2 == 0 ? am : bm, new Verdict.EndpointSick(Duration.ZERO, true));
        }

        assertThat(world.told).singleElement().asString().startsWith("trip endpoint ");
        assertThat(List.of(world.standing(am), world.standing(bm))).containsOnly(PoolSnapshot.BROKEN);
        assertThat(world.standing(an)).as("another model").isEqualTo(PoolSnapshot.UP);
    }

    @Test
    void aHalfOpenCircuitHasOneTrialThatClosesIt() {
        for (int i = 0; i < 11; i++) {
            world.ends(bm, null);
        }
        for (int i = 0; i < 10; i++) {
            world.ends(am, SICK);
        }
        assertThat(trial()).isZero();
        world.state.circuit(new Subject.OfAccount("c/a"), Circuit.State.HALF_OPEN);
        world.tick();

        long trial = trial();
        assertThat(trial).isPositive();
        world.state.trialTaken(trial, world.now());
        world.tick();
        assertThat(trial()).isZero();
        world.ends(am, null, world.now() - Duration.ofMinutes(1).toNanos());
        assertThat(world.standing(am)).as("that began before").isEqualTo(PoolSnapshot.BROKEN);
        world.ends(am, null);

        assertThat(world.told).last().isEqualTo("tried account c/a true");
        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
    }

    @ParameterizedTest
    @EnumSource(
            value = AccountState.class,
            names = {"DISABLED", "DRAINING"})
    void nothingButAHumanUndoesAHumansWord(AccountState word) {
        byte expected = word == AccountState.DISABLED ? PoolSnapshot.DISABLED : PoolSnapshot.DRAINING;
        world.state.human("c/a", word);
        world.ends(am, REVOKED);
        world.pass(Duration.ofHours(1));
        world.tick();
        world.ends(am, null);
        world.state.toldAlive("c/a", world.now());
        world.state.circuit(new Subject.OfAccount("c/a"), Circuit.State.HALF_OPEN);
        world.tick();
        world.state.clearCooldowns("c/a");

        assertThat(world.standing(am)).isEqualTo(expected);
        assertThat(world.trial(am)).isZero();
        assertThat(world.told).as("nor is it asked").containsExactly("died c/a");
        world.state.human("c/a", AccountState.ENABLED);
        assertThat(world.standing(an)).isNotEqualTo(expected);
    }

    @Test
    void aTrialThatTakesLongIsItsEndAllTheSame() {
        world.ends(am, REVOKED);
        world.pass(Duration.ofSeconds(40));
        world.tick();
        world.state.probed("c/a", Probe.MODELS, null, world.now());
        long began = world.now();
        world.state.trialTaken(trial(), began);
        world.pass(Duration.ofSeconds(31));
        world.tick();
        assertThat(trial()).as("another is offered").isPositive();
        world.pass(Duration.ofSeconds(9));
        world.ends(am, null, began);

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
    }

    @Test
    void whoDiesAgainAtOnceWaitsLonger() {
        PoolWorld asks = world(probing(Probe.REQUEST));
        Candidate first = asks.candidate("m", 0);
        for (int seconds : List.of(30, 60, 120)) {
            asks.told.clear();
            asks.ends(first, REVOKED);
            asks.pass(Duration.ofSeconds(seconds).minusMillis(1));
            asks.tick();
            assertThat(asks.told).containsExactly("died c/a");
            asks.pass(Duration.ofMillis(1));
            asks.tick();
            assertThat(asks.told).last().isEqualTo("probe c/a REQUEST");
            asks.state.probed("c/a", Probe.REQUEST, null, asks.now());
        }
    }

    @Test
    void moneyIsShownByWhatIsPaidForAlone() {
        world.ends(am, new Verdict.OutOfMoney(Reach.ACCOUNT, Duration.ZERO));
        world.pass(Duration.ofMinutes(13));
        world.tick();
        world.state.trialTaken(trial(), world.now());
        world.ends(am, new Verdict.RequestWrong());
        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.DEAD);
        world.tick();
        assertThat(trial()).as("another is offered").isPositive();
        world.state.trialTaken(trial(), world.now());
        world.ends(am, null);

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
    }

    @Test
    void oneSickAccountDoesNotTakeItsNeighboursWithIt() {
        for (int i = 0; i < 3; i++) {
            world.ends(bm, null);
        }
        for (int i = 0; i < 30; i++) {
            world.ends(am, SICK);
        }

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.BROKEN);
        assertThat(world.standing(bm)).isEqualTo(PoolSnapshot.UP);
    }

    @Test
    void aHalfOpenEndpointIsNotTriedWhereAnotherCircuitIsOpen() {
        for (int i = 0; i < 10; i++) {
            world.ends(am, SICK);
            world.ends(bm, SICK);
        }
        Subject endpoint = new Subject.OfEndpoint(am.channel().baseUrl().toString(), "m");
        world.state.circuit(new Subject.OfAccount("c/b"), Circuit.State.CLOSED);
        world.state.circuit(endpoint, Circuit.State.HALF_OPEN);
        for (int i = 0; i < 8; i++) {
            world.pass(Duration.ofSeconds(1));
            world.tick();
            assertThat(world.trial(am)).isZero();
            assertThat(world.trial(bm)).isPositive();
        }
    }

    @Test
    void whatNobodyTriesForAMinuteComesBackByItsRampAlone() {
        world.ends(am, REVOKED);
        world.pass(Duration.ofSeconds(40));
        world.tick();
        world.state.probed("c/a", Probe.MODELS, null, world.now());
        for (int i = 0; i < 59; i++) {
            world.pass(Duration.ofSeconds(1));
            world.tick();
            assertThat(world.standing(am)).isEqualTo(PoolSnapshot.DEAD);
        }
        world.pass(Duration.ofSeconds(2));
        world.tick();

        assertThat(world.standing(am)).isEqualTo(PoolSnapshot.UP);
        assertThat(world.state.snapshot(world.now()).share(am.slot())).isEqualTo(Ramp.FIRST);
        assertThat(world.told).last().isEqualTo("revived c/a");
    }

    @Test
    void whatIsKnownGoesWithTheCredentialAndAHumansWordWithTheAccount() {
        world.ends(am, REVOKED);
        world.ends(bm, THROTTLED);
        world.state.human("c/a", AccountState.DRAINING);
        GatewayRevision same = new RevisionBuilder()
                .id("r2")
                .channel("c", c -> c.accounts("b", "a").serves("n", "m"))
                .build();
        GatewayRevision other = new RevisionBuilder()
                .id("r3")
                .channel("c", c -> c.secret("another").accounts("b", "a").serves("n", "m"))
                .build();

        world.state.revision(same);
        assertThat(standings(same)).containsExactly(PoolSnapshot.COOLING, PoolSnapshot.DRAINING);
        world.state.human("c/a", AccountState.ENABLED);
        assertThat(standings(same)).containsExactly(PoolSnapshot.COOLING, PoolSnapshot.DEAD);
        world.state.human("c/a", AccountState.DRAINING);
        world.state.revision(other);
        assertThat(standings(other)).containsExactly(PoolSnapshot.UP, PoolSnapshot.DRAINING);
        world.state.human("c/a", AccountState.ENABLED);
        assertThat(standings(other)).containsExactly(PoolSnapshot.UP, PoolSnapshot.UP);
    }

    private List<Byte> standings(GatewayRevision revision) {
        PoolSnapshot snapshot = world.state.snapshot(world.now());
        assertThat(snapshot.isOf(revision.id())).isTrue();
        return revision.models().get("m").candidates().stream()
                .map(candidate -> snapshot.standing(candidate.slot(), world.now()))
                .toList();
    }
}
