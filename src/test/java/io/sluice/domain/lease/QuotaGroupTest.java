package io.sluice.domain.lease;

import static io.sluice.domain.lease.Speaker.SECOND;
import static io.sluice.domain.lease.Speaker.founded;
import static io.sluice.domain.lease.Speaker.limits;
import static io.sluice.domain.lease.Speaker.pass;
import static io.sluice.domain.lease.Speaker.per;
import static io.sluice.domain.lease.Speaker.requests;
import static io.sluice.domain.lease.Speaker.together;
import static io.sluice.domain.lease.Speaker.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.lease.Answer.Status;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuotaGroupTest {
    private static final String KEY = "key:k";
    private static final LimitSet THREE = limits(per(Dimension.REQUESTS, 3, 60));

    private static Speaker speaker(QuotaGroup group, String node) {
        return new Speaker(group, node, KEY, THREE);
    }

    private static long charged(QuotaGroup group) {
        return group.scopes.all().stream()
                .flatMap(scope -> scope.limits.stream())
                .mapToLong(GroupLimit::used)
                .sum();
    }

    @Test
    void answersNothingBeforeItIsFounded() {
        QuotaGroup group = new QuotaGroup();

        assertThat(together(group, SECOND, speaker(group, "a").renewal())).isEmpty();
    }

    @Test
    void grantsNoMoreThanTheLimitOverAllClients() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a").waits(2, requests(1));
        Speaker b = speaker(group, "b").waits(2, requests(1));

        List<Answer> answers = together(group, SECOND, a.renewal(), b.renewal());

        long granted = answers.stream()
                .mapToLong(answer -> answer.grants().getFirst().granted().get(0))
                .sum();
        assertThat(granted).isEqualTo(3);
    }

    @Test
    void whatIsNeitherWrittenNorKeptIsFreeAtOnceAlsoForOthersInTheSameBatch() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a").waits(3, requests(1));
        a.say(SECOND);
        Speaker b = speaker(group, "b").waits(3, requests(1));

        List<Answer> answers = together(group, SECOND, a.written(requests(1)).renewal(), b.renewal());

        assertThat(answers.get(1).grants().getFirst().granted()).isEqualTo(requests(2));
    }

    @Test
    void whatWasWrittenLeavesAWindowAfterItsReportAndWhatIsHeldAWindowAfterItsExpiry() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", "account:a", THREE).waits(1, requests(1));
        ScopeGrant grant = a.say(SECOND);
        assertThat(grant.granted()).isEqualTo(requests(1));
        assertThat(grant.ttlNanos()).isEqualTo(SECOND / 2);

        a.written(requests(1)).say(SECOND / 10);

        pass(group, 60 * SECOND);
        assertThat(charged(group)).isEqualTo(1);
        pass(group, SECOND);
        assertThat(charged(group)).isZero();
    }

    @Test
    void aRepeatedRenewalHasTheSameAnswerAndIsTakenOnce() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a").waits(2, requests(1));
        Renewal first = a.renewal();
        Answer answer = together(group, SECOND, first).getFirst();

        List<Answer> again = together(group, SECOND, first, first);
        Renewal second = a.kept(requests(2)).renewal();
        List<Answer> both = together(group, SECOND, second, second);

        assertThat(again).containsOnly(answer);
        assertThat(both.getFirst().sequence()).isEqualTo(2);
        assertThat(charged(group)).isEqualTo(2);
        assertThat(together(group, SECOND, first)).isEmpty();
    }

    @Test
    void whoIsUnknownOrSkipsANumberStartsOver() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a");
        a.renewal();
        Renewal second = a.renewal();

        assertThat(together(group, 0, second).getFirst().status()).isEqualTo(Status.START_OVER);

        Speaker b = speaker(group, "b");
        b.say(0);
        b.renewal();
        assertThat(b.answer(0).status()).isEqualTo(Status.START_OVER);
    }

    @Test
    void aNewRunOfANodeReplacesTheOldOneWhosePlacesAreFreeAndWhoseUnitsAge() {
        QuotaGroup group = founded();
        LimitSet limits = new LimitSet(List.of(per(Dimension.REQUESTS, 3, 60)), 2);
        Speaker a = new Speaker(group, "a", KEY, limits).waits(2, requests(1));
        assertThat(a.say(SECOND).places()).isEqualTo(2);
        Speaker old = new Speaker(group, "a", KEY, limits);
        Renewal late = old.renewal();

        ScopeGrant grant = a.restarted(2).waits(2, requests(1)).say(SECOND);

        assertThat(grant.granted()).isEqualTo(requests(1));
        assertThat(grant.places()).isEqualTo(1);
        assertThat(together(group, 0, late).getFirst().status()).isEqualTo(Status.REPLACED);
    }

    @Test
    void whoIsSilentForAMinuteIsForgotten() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", KEY, new LimitSet(List.of(), 1)).waits(1, requests(1));
        assertThat(a.say(0).places()).isEqualTo(1);
        Speaker b = new Speaker(group, "b", KEY, new LimitSet(List.of(), 1));
        assertThat(b.waits(1, requests(1)).say(59 * SECOND).places()).isZero();

        ScopeGrant waits = b.waits(1, requests(1)).say(2 * SECOND);
        ScopeGrant grant = b.waits(1, requests(1)).say(0);

        assertThat(waits.fitsInNanos()).isEqualTo(ScopeGrant.UNKNOWN);
        assertThat(grant.places()).isEqualTo(1);
        assertThat(a.answer(0).status()).isEqualTo(Status.START_OVER);
    }

    @Test
    void whoLeavesIsAnsweredAgainAndHoldsNothing() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a").waits(3, requests(1));
        a.say(SECOND);

        Renewal last = a.written(requests(1)).renewal(true);
        Answer answer = together(group, SECOND, last).getFirst();

        assertThat(answer.status()).isEqualTo(Status.TAKEN);
        assertThat(together(group, 0, last)).containsExactly(answer);
        assertThat(charged(group)).isEqualTo(1);
        assertThat(speaker(group, "b").waits(3, requests(1)).say(0).granted()).isEqualTo(requests(2));
    }

    @Test
    void theSmallestOfAllRevisionsRules() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", KEY, limits(per(Dimension.REQUESTS, 10, 60)));
        Speaker b = new Speaker(group, "b", KEY, limits(per(Dimension.REQUESTS, 4, 60)));
        a.say(0);
        b.say(0);

        ScopeGrant grant = a.waits(9, requests(1)).say(SECOND);

        assertThat(grant.limits()).isEqualTo(requests(4));
        assertThat(grant.granted()).isEqualTo(requests(4));
        together(group, 0, b.renewal(true));
        assertThat(a.kept(requests(4)).waits(9, requests(1)).say(0).granted()).isEqualTo(requests(6));
    }

    @Test
    void aDroppedLimitComesBackWithItsCharges() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a").waits(3, requests(1));
        a.say(0);
        a.written(requests(3)).say(0);
        Renewal dropped = a.renewal();
        together(
                group,
                0,
                new Renewal(
                        a.client(),
                        dropped.sequence(),
                        "r2",
                        List.of(new ScopeDefinition(0, KEY, LimitSet.NONE)),
                        dropped.statements(),
                        false));
        Speaker b = speaker(group, "b").waits(1, requests(1));

        assertThat(b.say(SECOND).granted()).isEqualTo(Units.NONE);
    }

    @Test
    void aNewWindowTakesOverTheChargesOfTheLongestOfItsKind() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a").waits(3, requests(1));
        a.say(0);
        a.written(requests(3)).say(0);
        Speaker b = new Speaker(group, "b", KEY, limits(per(Dimension.REQUESTS, 4, 120)));

        ScopeGrant grant = b.waits(4, requests(1)).say(100 * SECOND);

        // The minute's window had let them go; it is in force too.
        assertThat(grant.granted()).isEqualTo(requests(3));
        Speaker c = new Speaker(group, "c", KEY, limits(per(Dimension.REQUESTS, 3, 300)));
        assertThat(c.waits(1, requests(1)).say(100 * SECOND).granted()).isEqualTo(Units.NONE);
    }

    @Test
    void refundsAreGivenBackOnceCountedNeverBelowZeroAndNeverOfOlderRuns() {
        QuotaGroup group = founded();
        LimitSet limits = limits(per(Dimension.TOKENS, 1000, 60));
        Speaker a = new Speaker(group, "a", KEY, limits);
        a.say(SECOND);
        Answer told = together(group, SECOND, a.written(tokens(400)).renewal()).getFirst();

        a.refund(told.time(), tokens(300)).say(SECOND);
        assertThat(charged(group)).isEqualTo(100);
        a.refund(told.time(), tokens(300)).say(SECOND);
        assertThat(charged(group)).isZero();

        Answer second =
                together(group, SECOND, a.written(tokens(400)).renewal()).getFirst();
        Speaker again = a.restarted(2);
        again.say(5 * SECOND);
        again.refund(second.time(), tokens(400)).say(SECOND);
        assertThat(charged(group)).isEqualTo(400);
        again.refund(group.time() + SECOND, tokens(400)).say(SECOND);
        assertThat(charged(group)).isEqualTo(400);
    }

    @Test
    void moreThanWasHeldIsChargedAllTheSame() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a").waits(1, requests(1));
        a.say(0);

        a.written(requests(7)).kept(requests(2)).say(0);

        assertThat(charged(group)).isEqualTo(9);
    }

    @Test
    void hugeAmountsDoNotOverflow() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", "account:a", limits(per(Dimension.TOKENS, Long.MAX_VALUE, 60)));
        Units huge = Units.of(Units.MOST, Units.MOST, 0, 0, 0);
        for (int i = 0; i < 20; i++) {
            a.written(huge).kept(huge).wanted(huge).waits(3, huge).say(SECOND);
        }

        assertThat(charged(group)).isBetween(1L << 60, Units.MOST);
        assertThat(a.waits(1, tokens(1)).say(SECOND).granted()).isEqualTo(Units.NONE);
        pass(group, Long.MAX_VALUE);
        pass(group, Long.MAX_VALUE);
        assertThat(group.time()).isPositive();
    }

    @Test
    void aLimitOfNothingGrantsNothingAndALargerOneThanAnyIsTheLargest() {
        QuotaGroup group = founded();
        Speaker zero = new Speaker(group, "a", "key:zero", limits(per(Dimension.REQUESTS, 0, 60)));
        Speaker huge = new Speaker(group, "b", "key:huge", limits(per(Dimension.REQUESTS, Long.MAX_VALUE, 60)));

        ScopeGrant none = zero.waits(1, requests(1)).say(0);

        assertThat(none.granted()).isEqualTo(Units.NONE);
        assertThat(none.fitsInNanos()).isEqualTo(ScopeGrant.NEVER);
        assertThat(huge.say(0).limits()).isEqualTo(requests(1L << 40));
    }

    @Test
    void tellsExactlyWhenTheNextRequestFits() {
        QuotaGroup group = founded();
        Speaker a = speaker(group, "a").waits(3, requests(1));
        a.say(0);
        a.written(requests(3)).say(0);

        long fitsIn = a.waits(1, requests(1)).say(SECOND).fitsInNanos();

        assertThat(a.waits(1, requests(1)).say(fitsIn - 1).granted()).isEqualTo(Units.NONE);
        assertThat(a.waits(1, requests(1)).say(1).granted()).isEqualTo(requests(1));
    }

    @Test
    void unknownChargesFillEveryWindowForOneLength() {
        QuotaGroup group = founded(new byte[0], true, 1, false);
        Speaker a = speaker(group, "a");

        assertThat(a.waits(1, requests(1)).say(59 * SECOND).granted()).isEqualTo(Units.NONE);
        assertThat(a.waits(3, requests(1)).say(4 * SECOND).granted()).isEqualTo(requests(3));
    }

    @Test
    void knownChargesLeaveWhenTheyAreOverAndTheRestALengthAfterTheFounding() {
        QuotaGroup old = founded();
        Speaker before = new Speaker(old, "a", "account:a", limits(per(Dimension.REQUESTS, 10, 60)));
        before.say(0);
        before.written(requests(4)).say(0);
        pass(old, 20 * SECOND);
        before.kept(requests(2)).written(requests(3)).say(0);

        QuotaGroup group = founded(old.known(SECOND), true, 1, false);
        Speaker a = new Speaker(group, "a", "account:a", limits(per(Dimension.REQUESTS, 10, 60)));
        a.say(0);

        assertThat(a.waits(1, requests(1)).say(40 * SECOND).granted()).isEqualTo(Units.NONE);
        long free = a.say(SECOND).free().get(0);
        assertThat(free).isEqualTo(4); // The three of the last seconds and what was held are unknown.
    }

    @Test
    void whatMayHaveLeftByNowIsNotKnown() {
        QuotaGroup old = founded();
        Speaker before = new Speaker(old, "a", "account:a", limits(per(Dimension.REQUESTS, 10, 60)));
        before.say(0);
        before.written(requests(4)).say(0);
        pass(old, 50 * SECOND);

        QuotaGroup group = founded(old.known(12 * SECOND), true, 1, false);
        Speaker a = new Speaker(group, "a", "account:a", limits(per(Dimension.REQUESTS, 10, 60)));
        a.say(0);

        assertThat(a.say(58 * SECOND).free().get(0)).isZero();
    }

    @Test
    void aClosedGroupIsKnownExactlyAndGrantsNothing() {
        QuotaGroup old = founded();
        Speaker before = new Speaker(old, "a", KEY, limits(per(Dimension.TOKENS, 1000, 60)));
        before.waits(1, tokens(100)).say(0);
        old.apply(new GroupOperation.Close());
        ScopeGrant last = before.written(tokens(100)).waits(1, tokens(1)).say(SECOND);
        assertThat(last.granted()).isEqualTo(Units.NONE);
        assertThat(old.isClosed()).isTrue();

        QuotaGroup group = founded(old.known(0), false, 1, false);
        Speaker a = new Speaker(group, "a", KEY, limits(per(Dimension.TOKENS, 1000, 60)));

        assertThat(a.say(0).free().get(1)).isEqualTo(900);
    }

    @Test
    void twoHalvesTogetherHaveOneLimit() {
        QuotaGroup left = founded(new byte[0], false, 2, true);
        QuotaGroup right = founded(new byte[0], false, 2, false);

        Units one = speaker(left, "a").waits(3, requests(1)).say(0).granted();
        Units other = speaker(right, "b").waits(3, requests(1)).say(0).granted();

        assertThat(one).isEqualTo(requests(2));
        assertThat(other).isEqualTo(requests(1));
    }

    @Test
    void damagedKnowledgeIsNoKnowledge() {
        QuotaGroup group = founded(new byte[] {7, 7, 7}, false, 1, false);

        assertThat(speaker(group, "a").waits(1, requests(1)).say(SECOND).granted())
                .isEqualTo(Units.NONE);
    }

    @Test
    void aDayCountsFromItsMidnightAndNeverGoesBack() {
        QuotaGroup group = founded();
        LimitSet limits = limits(new Limit(Dimension.REQUESTS, 3, Duration.ofDays(1), "Asia/Shanghai"));
        Speaker a = new Speaker(group, "a", KEY, limits);
        group.apply(new GroupOperation.Batch(0, Map.of("Asia/Shanghai", 100L), List.of(a.renewal())));
        a.written(requests(2)).say(0);
        pass(group, 20 * SECOND);
        a.written(requests(1)).say(0);

        assertThat(a.waits(1, requests(1)).say(3600 * SECOND).granted()).isEqualTo(Units.NONE);
        group.apply(new GroupOperation.Batch(0, Map.of("Asia/Shanghai", 101L), List.of()));
        group.apply(new GroupOperation.Batch(0, Map.of("Asia/Shanghai", 100L), List.of()));
        assertThat(a.waits(1, requests(1)).say(SECOND / 4).granted()).isEqualTo(Units.NONE);
        assertThat(a.waits(4, requests(1)).say(SECOND / 2).granted()).isEqualTo(requests(3));
    }

    @Test
    void whatWasChargedJustBeforeMidnightCountsForTheNewDay() {
        QuotaGroup group = founded();
        LimitSet limits = limits(new Limit(Dimension.REQUESTS, 3, Duration.ofDays(1), "UTC"));
        Speaker a = new Speaker(group, "a", KEY, limits);
        group.apply(new GroupOperation.Batch(0, Map.of("UTC", 100L), List.of(a.renewal())));
        a.written(requests(2)).say(100 * SECOND);

        group.apply(new GroupOperation.Batch(5 * SECOND, Map.of("UTC", 101L), List.of()));

        assertThat(a.waits(3, requests(1)).say(SECOND).granted()).isEqualTo(requests(1));
    }

    @Test
    void idleScopesAreForgotten() {
        QuotaGroup group = founded();
        for (int i = 0; i < 200; i++) {
            Speaker a = new Speaker(group, "n" + i, "key:" + i, THREE).waits(1, requests(1));
            a.say(0);
        }
        assertThat(group.scopes.all()).hasSize(200);

        pass(group, 130 * SECOND);
        for (int i = 0; i < 10; i++) {
            pass(group, SECOND);
        }

        assertThat(group.scopes.all()).isEmpty();
        assertThat(group.clients.all()).isEmpty();
    }
}
