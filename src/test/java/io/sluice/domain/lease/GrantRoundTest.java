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

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.LimitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrantRoundTest {
    private static final String KEY = "key:k";
    private static final String ACCOUNT = "account:c/a";

    private static List<Units> granted(QuotaGroup group, long nanos, Speaker... speakers) {
        Renewal[] renewals = new Renewal[speakers.length];
        for (int i = 0; i < renewals.length; i++) {
            renewals[i] = speakers[i].renewal();
        }
        return together(group, nanos, renewals).stream()
                .map(answer -> answer.grants().getFirst().granted())
                .toList();
    }

    @Test
    void priorityGoesBeforeRankAndRankBeforeAgeOverAllNodes() {
        QuotaGroup group = founded();
        LimitSet three = limits(per(Dimension.REQUESTS, 3, 60));
        Speaker a = new Speaker(group, "a", KEY, three)
                .waits(0, 0, 9 * SECOND, requests(1))
                .waits(0, 1, 9 * SECOND, requests(1));
        Speaker b = new Speaker(group, "b", KEY, three).waits(0, 0, SECOND, requests(1));
        Speaker c = new Speaker(group, "c", KEY, three).waits(1, 7, 0, requests(1));

        assertThat(granted(group, 0, a, b, c)).containsExactly(requests(1), requests(1), requests(1));
    }

    @Test
    void theOlderGoesFirstAmongEquals() {
        QuotaGroup group = founded();
        LimitSet one = limits(per(Dimension.REQUESTS, 1, 60));
        Speaker a = new Speaker(group, "a", KEY, one).waits(0, 0, SECOND, requests(1));
        Speaker b = new Speaker(group, "b", KEY, one).waits(0, 0, 2 * SECOND, requests(1));

        assertThat(granted(group, 0, a, b)).containsExactly(Units.NONE, requests(1));
    }

    @Test
    void whoWaitsAndDoesNotSpeakKeepsItsTurnForAsLongAsALeaseLives() {
        QuotaGroup group = founded();
        LimitSet one = limits(per(Dimension.REQUESTS, 1, 60));
        Speaker a = new Speaker(group, "a", KEY, one);
        a.waits(1, requests(1)).say(0);
        Speaker b = new Speaker(group, "b", KEY, one).waits(0, 0, 2 * SECOND, requests(1));
        b.say(0);
        a.say(0); // Gives its own back.

        assertThat(a.waits(0, 0, 0, requests(1)).say(SECOND / 4).granted()).isEqualTo(Units.NONE);
        assertThat(a.waits(0, 0, 0, requests(1)).say(SECOND / 2).granted()).isEqualTo(requests(1));
    }

    @Test
    void smallRequestsPassALargeOneForABoundedTimeOnly() {
        QuotaGroup group = founded();
        LimitSet limits = limits(per(Dimension.TOKENS, 30_000, 60));
        Speaker a = new Speaker(group, "a", KEY, limits);
        a.say(0);
        a.written(tokens(20_000)).say(0);

        ScopeGrant early = a.waits(0, 0, SECOND, tokens(20_000))
                .waits(0, 1, 0, tokens(1000))
                .say(SECOND);
        ScopeGrant late = a.kept(tokens(1000))
                .waits(0, 0, 6 * SECOND, tokens(20_000))
                .waits(0, 1, SECOND, tokens(1000))
                .say(SECOND);

        assertThat(early.granted()).isEqualTo(tokens(1000));
        assertThat(late.granted()).isEqualTo(Units.NONE);
        ScopeGrant fits = a.waits(0, 0, 60 * SECOND, tokens(20_000))
                .waits(0, 1, 60 * SECOND, tokens(1000))
                .say(late.fitsInNanos());
        assertThat(fits.granted()).isEqualTo(Units.of(2, 21_000, 0, 0, 0));
    }

    @Test
    void aRequestLargerThanAWholeLimitNeverFitsAndBlocksNobody() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", KEY, limits(per(Dimension.TOKENS, 1000, 60)))
                .waits(0, 0, 60 * SECOND, tokens(1001))
                .waits(0, 1, 0, tokens(400));

        ScopeGrant grant = a.say(0);

        assertThat(grant.granted()).isEqualTo(tokens(400));
        assertThat(grant.fitsInNanos()).isEqualTo(ScopeGrant.NEVER);
    }

    @Test
    void allLimitsOfAScopeMustFitOrNothingIsGranted() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(
                        group, "a", KEY, limits(per(Dimension.REQUESTS, 10, 60), per(Dimension.TOKENS, 1000, 60)))
                .waits(3, tokens(400));

        assertThat(a.say(0).granted()).isEqualTo(Units.of(2, 800, 0, 0, 0));
    }

    @Test
    void storesAFairPartWhenNobodyWaits() {
        QuotaGroup group = founded();
        LimitSet limits = limits(per(Dimension.REQUESTS, 60, 60), per(Dimension.TOKENS, 6000, 60));
        Speaker a = new Speaker(group, "a", KEY, limits);
        Speaker b = new Speaker(group, "b", KEY, limits);
        a.say(0);
        b.say(0);

        ScopeGrant stored = a.wanted(Units.of(100, 100_000, 0, 0, 0)).say(0);
        ScopeGrant few = b.wanted(Units.of(2, 300, 0, 0, 0)).say(0);
        b.kept(Units.of(2, 300, 0, 0, 0)).say(0);

        assertThat(stored.granted()).isEqualTo(Units.of(15, 1500, 0, 0, 0));
        assertThat(few.granted()).isEqualTo(Units.of(2, 300, 0, 0, 0));
    }

    @Test
    void storesNothingWhileSomebodyWaits() {
        QuotaGroup group = founded();
        LimitSet limits = limits(per(Dimension.TOKENS, 1000, 60));
        Speaker a = new Speaker(group, "a", KEY, limits);
        Speaker b = new Speaker(group, "b", KEY, limits);
        a.say(0);
        a.written(tokens(500)).say(0);

        assertThat(granted(group, 0, a.wanted(tokens(100)), b.waits(1, tokens(600))))
                .containsExactly(Units.NONE, Units.NONE);
    }

    @Test
    void storesNoTokensWithoutARequest() {
        QuotaGroup group = founded();
        LimitSet limits = limits(per(Dimension.REQUESTS, 2, 60), per(Dimension.TOKENS, 6000, 60));
        Speaker a = new Speaker(group, "a", KEY, limits);
        a.say(0);
        a.written(requests(1)).say(0);

        assertThat(a.wanted(Units.of(5, 1000, 0, 0, 0)).say(0).granted()).isEqualTo(Units.NONE);
    }

    @Test
    void servesAlsoThoseThatWereNotToldOneByOne() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", KEY, limits(per(Dimension.REQUESTS, 1000, 60)));
        a.waits(16, requests(1));
        Renewal told = a.renewal();
        ScopeStatement first = told.statements().getFirst();
        ScopeStatement more = new ScopeStatement(
                0,
                Units.NONE,
                List.of(),
                Units.NONE,
                0,
                Units.NONE,
                0,
                first.first(),
                Units.of(100, 5000, 0, 0, 0),
                null);

        Answer answer = together(group, 0, new Renewal(told.client(), 1, "r", told.definitions(), List.of(more), false))
                .getFirst();

        assertThat(answer.grants().getFirst().granted()).isEqualTo(Units.of(100, 84L * 60, 0, 0, 0));
    }

    @Test
    void placesAreGrantedWithRequestsAndFreedByAStatement() {
        QuotaGroup group = founded();
        LimitSet two = new LimitSet(List.of(), 2);
        Speaker a = new Speaker(group, "a", KEY, two);
        Speaker b = new Speaker(group, "b", KEY, two);
        assertThat(a.waits(3, requests(1)).say(0).places()).isEqualTo(2);

        ScopeGrant none = b.waits(1, requests(1)).say(0);
        assertThat(none.places()).isZero();
        assertThat(none.fitsInNanos()).isEqualTo(ScopeGrant.UNKNOWN);

        a.places(1, 0).say(SECOND);
        assertThat(b.waits(1, requests(1)).say(0).places()).isEqualTo(1);
        assertThat(a.places(1, 3).say(SECOND).places()).isEqualTo(1);
    }

    @Test
    void sparePlacesAreAFairPart() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", KEY, new LimitSet(List.of(), 20)).places(2, 100);

        assertThat(a.say(0).places()).isEqualTo(2 + 9);
    }

    @Test
    void anAccountIsPacedWithABurstOfATenth() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.REQUESTS, 120, 60)));

        ScopeGrant burst = a.waits(16, requests(1)).say(SECOND);
        assertThat(burst.granted()).isEqualTo(requests(12));
        // 2.2 in a second: the next one after 0.45 s.
        assertThat(burst.fitsInNanos()).isEqualTo(60 * SECOND * 10 / (120 * 11));
        a.written(requests(12)).say(0);
        assertThat(a.waits(16, requests(1)).say(10 * SECOND).granted()).isEqualTo(requests(12));
    }

    @Test
    void paceIsGivenBackWithUnitsThatNobodyUsed() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.REQUESTS, 120, 60)));
        a.waits(16, requests(1)).say(SECOND);

        assertThat(a.waits(16, requests(1)).say(0).granted()).isEqualTo(requests(12));
    }

    @Test
    void aFewRequestsComeAtOnceHoweverSmallTheLimit() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.REQUESTS, 3, 60)));

        assertThat(a.waits(16, requests(1)).say(SECOND).granted()).isEqualTo(requests(3));
    }

    @Test
    void thePaceLetsALargeHeadThrough() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.TOKENS, 30_000, 60)));

        assertThat(a.waits(1, tokens(20_000)).say(0).granted()).isEqualTo(tokens(20_000));
    }

    @Test
    void anOverloadedAccountIsUsedAlmostWhollyAndNeverMore() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.REQUESTS, 60, 60)));
        Units written = Units.NONE;
        long sent = 0;
        long minutes = 20;
        for (long i = 0; i < minutes * 600; i++) {
            written = a.written(written).waits(16, requests(1)).say(SECOND / 10).granted();
            sent += written.get(0);
        }

        assertThat(sent).isBetween(60 * minutes * 97 / 100, 60 * minutes);
    }

    @Test
    void nothingIsGrantedWhileAProviderAsksToSlowDown() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.REQUESTS, 60, 60)));

        ScopeGrant grant =
                a.saw(10 * SECOND, Units.NONE, Units.NONE).waits(1, requests(1)).say(0);

        assertThat(grant.granted()).isEqualTo(Units.NONE);
        assertThat(grant.fitsInNanos()).isEqualTo(10 * SECOND);
        assertThat(grant.free().get(0)).isZero();
        assertThat(group.counters().getFirst().fullForNanos()).isEqualTo(10 * SECOND);
        assertThat(a.waits(1, requests(1)).say(10 * SECOND - 1).granted()).isEqualTo(Units.NONE);
        assertThat(a.waits(1, requests(1)).say(1).granted()).isEqualTo(requests(1));
    }

    @Test
    void noPauseIsLongerThanAnHour() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.REQUESTS, 60, 60)));
        a.saw(Long.MAX_VALUE, Units.NONE, Units.NONE).say(0);

        assertThat(a.waits(1, requests(1)).say(3600 * SECOND).granted()).isEqualTo(requests(1));
    }

    @Test
    void aLowerNamedLimitRulesUntilItWasNotNamedForTenMinutes() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.REQUESTS, 60, 60)));

        assertThat(a.saw(0, requests(20), requests(20)).say(0).limits()).isEqualTo(requests(20));
        assertThat(a.saw(0, requests(20), requests(20)).say(300 * SECOND).limits())
                .isEqualTo(requests(20));
        for (int i = 0; i < 30; i++) {
            assertThat(a.say(20 * SECOND).limits()).isEqualTo(requests(20));
        }
        assertThat(a.say(SECOND).limits()).isEqualTo(requests(60));
    }

    @Test
    void aHigherNamedLimitChangesNothing() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", ACCOUNT, limits(per(Dimension.REQUESTS, 60, 60)));

        assertThat(a.saw(0, requests(600), requests(600)).say(0).limits()).isEqualTo(requests(60));
    }

    @Test
    void whatSomebodyElseUsesIsOneAmountThatIsReplacedAndAges() {
        QuotaGroup group = founded();
        Speaker a = new Speaker(group, "a", KEY, limits(per(Dimension.REQUESTS, 60, 60)));
        a.say(0);
        a.written(requests(10)).say(0);

        assertThat(a.saw(0, requests(60), requests(30)).say(0).free().get(0)).isEqualTo(30);
        assertThat(a.saw(0, requests(60), requests(40)).say(0).free().get(0)).isEqualTo(40);
        assertThat(a.saw(0, requests(60), requests(55)).say(0).free().get(0)).isEqualTo(50);
        a.saw(0, requests(60), requests(0)).say(0);
        pass(group, 60 * SECOND);
        assertThat(a.say(SECOND).free().get(0)).isEqualTo(50);
    }

    @Test
    void aPausedLeaderOfTheQueueDoesNotHoldItForEver() {
        QuotaGroup group = founded();
        LimitSet limits = limits(per(Dimension.TOKENS, 1000, 60));
        Speaker a = new Speaker(group, "a", KEY, limits).waits(0, 0, 60 * SECOND, tokens(900));
        Speaker b = new Speaker(group, "b", KEY, limits);
        b.say(0);
        b.written(tokens(500)).say(0);
        a.say(0);

        assertThat(b.waits(1, tokens(100)).say(0).granted()).isEqualTo(Units.NONE);
        assertThat(b.waits(1, tokens(100)).say(SECOND).granted()).isEqualTo(tokens(100));
    }
}
