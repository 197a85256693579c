package io.sluice.domain.lease;

import static io.sluice.testkit.QuotaScopes.candidate;
import static io.sluice.testkit.QuotaScopes.limits;
import static io.sluice.testkit.QuotaScopes.perMinute;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import io.sluice.testkit.Asking;
import io.sluice.testkit.ListGroup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final Duration TTL = Duration.ofMillis(500);
    private static final Estimate SMALL = new Estimate(60, 40);
    private static final List<Scope> NO_KEY = List.of();

    private final LeaseBook book = new LeaseBook("a", 1, "r", Map.of());
    private final Admission admission = new Admission(book, 100, 1 << 20);
    private final ListGroup group = new ListGroup();

    private Asking reserve(long now, List<Scope> key, Estimate estimate, long replaces, Candidate... candidates) {
        pass(now);
        Asking asking = new Asking(now, estimate, candidates)
                .key("k", key.toArray(Scope[]::new))
                .replaces(replaces);
        admission.reserve(now, asking);
        while (admission.isUrgent()) {
            renew(now);
        }
        return asking;
    }

    /** Leases run out within a second, and the group is told. */
    private void pass(long now) {
        long soon = book.renewedAt() + 600 * MILLI;
        if (soon < now && book.hasNews(soon)) {
            renew(soon);
        }
    }

    /** Has everything told to the group. */
    private void renew(long now) {
        admission.take(now, group.apply(now, admission.renew(now, false)), 2);
    }

    private long settle(long now, long reservation, boolean sent, Estimate actual, boolean keepKey) {
        pass(now);
        long beyond = book.settle(reservation, sent, actual, keepKey);
        renew(now);
        return beyond;
    }

    private void reload(long now, Scope scope, LimitSet limits) {
        book.reload("r2", Map.of(scope.id(), limits));
        renew(now);
    }

    private long permille(long now, Scope scope) {
        return book.freePermille(now, List.of(scope));
    }

    private long left(long now, List<Scope> scopes, Dimension dimension) {
        return Objects.requireNonNull(book.tightest(now, scopes, dimension)).left();
    }

    private static Scope account(String name, Limit... windows) {
        return new Scope("account:c/" + name, limits(windows));
    }

    private static Scope key(Limit... windows) {
        return new Scope("key:k", limits(windows));
    }

    private static Scope concurrent(String id, int concurrency) {
        return new Scope(id, new LimitSet(List.of(), concurrency));
    }

    private static Limit rpm(long amount) {
        return perMinute(Dimension.REQUESTS, amount);
    }

    private static Limit tpm(long amount) {
        return perMinute(Dimension.TOKENS, amount);
    }

    @Test
    void grantsTheFirstCandidateWithRoomUntilTheTtl() {
        Candidate small = candidate(account("a", tpm(150)));
        Candidate large = candidate(account("b", tpm(1000)));

        Asking first = reserve(7, NO_KEY, SMALL, 0, small, large);
        Asking second = reserve(7, NO_KEY, SMALL, 0, small, large);

        assertThat(first.candidate()).isZero();
        assertThat(first.expiresAt()).isEqualTo(7 + TTL.toNanos());
        assertThat(second.candidate()).isEqualTo(1);
        assertThat(second.reservation()).isNotEqualTo(first.reservation());
    }

    @Test
    void debitsAllScopesOrNone() {
        Scope whole = account("a", rpm(10));
        Scope perModel = account("a|model:m", rpm(1));
        reserve(0, NO_KEY, SMALL, 0, candidate(whole, perModel));

        Asking refused = reserve(0, NO_KEY, SMALL, 0, candidate(whole, perModel));

        assertThat(refused.isGranted()).isFalse();
        assertThat(permille(0, whole)).isEqualTo(900);
    }

    @Test
    void sevenRequestsOnTwoAccountsOfThreeAreSixAnswersAndOneHonestRefusal() {
        Candidate a = candidate(account("a", rpm(3)));
        Candidate b = candidate(account("b", rpm(3)));
        for (int i = 0; i < 6; i++) {
            assertThat(reserve(i * SECOND, NO_KEY, SMALL, 0, a, b).isGranted()).isTrue();
        }

        QuotaExceeded failure = reserve(6 * SECOND, NO_KEY, SMALL, 0, a, b).exceeded();

        assertThat(failure.cause()).isEqualTo(Cause.POOL);
        assertThat(failure.message()).contains("Every account").doesNotContain("c/a");
        long roomAt = 6 * SECOND + failure.retryAfter().toNanos();
        assertThat(reserve(roomAt - 1, NO_KEY, SMALL, 0, a, b).isGranted()).isFalse();
        assertThat(reserve(roomAt, NO_KEY, SMALL, 0, a, b).isGranted()).isTrue();
    }

    @Test
    void theKeysLimitIsNamedBeforeThePools() {
        Scope key = key(rpm(1));
        Candidate full = candidate(account("a", rpm(1)));
        reserve(0, List.of(key), SMALL, 0, full);

        QuotaExceeded failure = reserve(SECOND, List.of(key), SMALL, 0, full).exceeded();

        assertThat(failure.cause()).isEqualTo(Cause.KEY);
        assertThat(failure.message())
                .isEqualTo("This key's limit of 1 requests per 60s is reached." + " Please try again in "
                        + seconds(failure.retryAfter()) + "s.");
        long roomAt = SECOND + failure.retryAfter().toNanos();
        assertThat(reserve(roomAt - 1, List.of(key), SMALL, 0, full).isGranted())
                .isFalse();
        assertThat(reserve(roomAt, List.of(key), SMALL, 0, full).isGranted()).isTrue();
    }

    private static String seconds(Duration duration) {
        return new java.math.BigDecimal(Math.ceilDiv(duration.toNanos(), MILLI))
                .movePointLeft(3)
                .toPlainString();
    }

    @Test
    void retryAfterWaitsForAllLimitsOfTheEarliestCandidate() {
        Candidate slow = candidate(account("a", rpm(1), tpm(100)));
        Candidate soon = candidate(account("b", new Limit(Dimension.REQUESTS, 1, Duration.ofSeconds(10))));
        settle(0, reserve(0, NO_KEY, SMALL, 0, slow).reservation(), true, SMALL, false);
        settle(0, reserve(0, NO_KEY, SMALL, 0, soon).reservation(), true, SMALL, false);

        Duration both = reserve(0, NO_KEY, SMALL, 0, slow, soon).exceeded().retryAfter();
        Duration slowOnly = reserve(0, NO_KEY, SMALL, 0, slow).exceeded().retryAfter();

        assertThat(both).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(12));
        assertThat(slowOnly).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(62));
        assertThat(reserve(both.toNanos(), NO_KEY, SMALL, 0, slow, soon).candidate())
                .isEqualTo(1);
    }

    @Test
    void aRequestLargerThanEveryAccountSaysTheLargestSize() {
        Candidate small = candidate(account("a", tpm(10)));
        Candidate medium = candidate(account("b", tpm(50), rpm(9)));

        QuotaExceeded failure = reserve(0, NO_KEY, SMALL, 0, small, medium).exceeded();

        assertThat(failure)
                .isEqualTo(new QuotaExceeded(
                        Cause.REQUEST_TOO_LARGE,
                        "The request needs 100 tokens; the most that fits any account that serves this model is 50.",
                        Duration.ZERO));
    }

    @Test
    void aRequestLargerThanItsKeySaysSoEvenWhenThePoolIsFull() {
        Candidate full = candidate(account("a", rpm(1)));
        reserve(0, NO_KEY, SMALL, 0, full);

        QuotaExceeded failure =
                reserve(0, List.of(key(tpm(99))), SMALL, 0, full).exceeded();

        assertThat(failure.cause()).isEqualTo(Cause.REQUEST_TOO_LARGE);
        assertThat(failure.message()).endsWith("this key's limit is 99.");
    }

    @Test
    void aGuessNeverMakesARequestTooLarge() {
        Estimate guessed = new Estimate(120, 1279, 20, 1279);
        Scope account = account("a", tpm(1000), new Limit(Dimension.OUTPUT_TOKENS, 500, Duration.ofMinutes(1)));
        List<Scope> key = List.of(key(tpm(100)));

        Asking granted = reserve(0, key, guessed, 0, candidate(account));
        settle(0, granted.reservation(), true, guessed.within(Dimension.TOKENS, 1000), false);
        QuotaExceeded full = reserve(0, NO_KEY, guessed, 0, candidate(account)).exceeded();

        assertThat(granted.isGranted()).isTrue();
        assertThat(book.freePermille(0, key)).isZero();
        assertThat(full.cause()).isEqualTo(Cause.POOL);
        assertThat(reserve(full.retryAfter().toNanos(), NO_KEY, guessed, 0, candidate(account))
                        .isGranted())
                .isTrue();
    }

    @Test
    void imagesCountAgainstLimitsOfImages() {
        Scope account = account("a", new Limit(Dimension.IMAGES, 5, Duration.ofMinutes(1)));
        Estimate three = new Estimate(10, 0).withImages(3);

        assertThat(reserve(0, NO_KEY, three.withImages(6), 0, candidate(account))
                        .exceeded()
                        .message())
                .isEqualTo("The request needs 6 images; the most that fits any account that serves this model is 5.");
        assertThat(reserve(0, NO_KEY, three, 0, candidate(account)).isGranted()).isTrue();
        assertThat(reserve(0, NO_KEY, three, 0, candidate(account)).exceeded().cause())
                .isEqualTo(Cause.POOL);
        assertThat(reserve(0, NO_KEY, SMALL, 0, candidate(account)).isGranted()).isTrue();
    }

    @Test
    void whatTheClientSentOrDeclaredIsTooLargeWhateverIsGuessed() {
        Candidate account = candidate(account("a", tpm(99)));

        assertThat(reserve(0, NO_KEY, new Estimate(120, 1279, 20, 1279), 0, account)
                        .exceeded()
                        .message())
                .isEqualTo(
                        "The request needs 100 tokens; the most that fits any account that serves this model is 99.");
        assertThat(reserve(0, NO_KEY, new Estimate(60, 40, 0, 0), 0, account)
                        .exceeded()
                        .cause())
                .isEqualTo(Cause.REQUEST_TOO_LARGE);
    }

    @Test
    void aGuessIsGivenBackAsItWasChargedWhateverTheLimitIsNow() {
        Scope scope = account("a", tpm(1000));
        long open = reserve(0, NO_KEY, new Estimate(10, 1279, 0, 1279), 0, candidate(scope))
                .reservation();

        reload(1, scope, limits(tpm(2000)));
        long between = permille(1, scope);
        settle(2, open, false, Estimate.NONE, false);

        assertThat(between).isEqualTo(500);
        assertThat(permille(2, scope)).isEqualTo(1000);
        assertThat(reserve(2, NO_KEY, new Estimate(2001, 0), 0, candidate(scope))
                        .isGranted())
                .isFalse();
        reserve(2, NO_KEY, new Estimate(2000, 0), 0, candidate(scope));
        assertThat(permille(2, scope)).isZero();
    }

    @Test
    void oneAccountThatIsLargeEnoughButFullIsAFullPool() {
        Candidate small = candidate(account("a", tpm(10)));
        Candidate full = candidate(account("b", tpm(100)));
        reserve(0, NO_KEY, SMALL, 0, full);

        assertThat(reserve(0, NO_KEY, SMALL, 0, small, full).exceeded().cause()).isEqualTo(Cause.POOL);
    }

    @Test
    void concurrencyIsFreedBySettlementAndIsWorthASecondsWait() {
        Candidate candidate = candidate(concurrent("account:c/a", 1));
        List<Scope> key = List.of(concurrent("key:k", 5));
        long open = reserve(0, key, SMALL, 0, candidate).reservation();
        QuotaExceeded failure = reserve(0, key, SMALL, 0, candidate).exceeded();

        settle(1, open, true, SMALL, false);

        assertThat(failure.cause()).isEqualTo(Cause.POOL);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(failure.message()).endsWith("Please try again in 1s.");
        assertThat(reserve(1, key, SMALL, 0, candidate).isGranted()).isTrue();
    }

    @Test
    void placesAreNotTakenFromAGroupThatWasNotHeardForLong() {
        Candidate candidate = candidate(concurrent("account:c/a", 8));
        reserve(0, NO_KEY, SMALL, 0, candidate);
        reserve(1, NO_KEY, SMALL, 0, candidate);
        Asking soon = new Asking(9 * SECOND, SMALL, candidate);
        Asking late = new Asking(11 * SECOND, SMALL, candidate).waits(5 * SECOND);

        admission.reserve(9 * SECOND, soon);
        boolean asksInTime = book.hasNews(9 * SECOND);
        admission.reserve(11 * SECOND, late);
        boolean waitedForTheGroup = late.isWaiting();
        renew(11 * SECOND);

        assertThat(soon.isGranted()).isTrue();
        assertThat(asksInTime).isTrue();
        assertThat(waitedForTheGroup).isTrue();
        assertThat(late.isGranted()).isTrue();
    }

    @Test
    void aPlainSlowDownDoesNotEraseALimitThatWasNamedBeforeIt() {
        long[] named = new long[Units.DIMENSIONS];
        named[Dimension.REQUESTS.ordinal()] = 3;
        Observation limits = new Observation(0, Units.of(named), Units.of(named));
        Observation slowDown = new Observation(SECOND, Units.NONE, Units.NONE);

        Observation both = limits.and(slowDown);

        assertThat(both).isEqualTo(new Observation(SECOND, Units.of(named), Units.of(named)));
    }

    @Test
    void anUnsentReservationGivesEverythingBack() {
        Candidate candidate = candidate(account("a", rpm(1), tpm(100)));
        List<Scope> key = List.of(key(rpm(1)));
        long reservation = reserve(0, key, SMALL, 0, candidate).reservation();

        settle(5, reservation, false, SMALL, false);

        assertThat(reserve(5, key, SMALL, 0, candidate).isGranted()).isTrue();
    }

    @Test
    void aFailedAttemptThatWasSentKeepsItsRequestButNotItsTokens() {
        Scope scope = account("a", rpm(2), tpm(100));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate(scope)).reservation();

        settle(5, reservation, true, Estimate.NONE, false);

        assertThat(permille(5, scope)).isEqualTo(500);
        assertThat(reserve(5, NO_KEY, SMALL, 0, candidate(scope)).isGranted()).isTrue();
    }

    @Test
    void usageBeyondTheEstimateIsChargedNowAndReported() {
        Scope scope = account("a", tpm(1000));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate(scope)).reservation();

        long beyond = settle(30 * SECOND, reservation, true, new Estimate(60, 840), false);

        assertThat(beyond).isEqualTo(800);
        assertThat(permille(30 * SECOND, scope)).isEqualTo(100);
        assertThat(group.permille(62 * SECOND, scope.id())).isEqualTo(200);
        assertThat(group.permille(91 * SECOND, scope.id())).isEqualTo(1000);
    }

    @Test
    void unitsMoveFromTheExpiryToTheWrite() {
        Candidate candidate = candidate(account("a", rpm(1)));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate).reservation();
        Duration charged = reserve(0, NO_KEY, SMALL, 0, candidate).exceeded().retryAfter();

        settle(0, reservation, true, SMALL, false);

        Duration written = reserve(0, NO_KEY, SMALL, 0, candidate).exceeded().retryAfter();
        assertThat(charged.minus(written)).isEqualTo(TTL);
    }

    @Test
    void aSecondSettlementAndAnUnknownNumberChangeNothing() {
        Candidate candidate = candidate(concurrent("account:c/a", 1));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate).reservation();
        settle(1, reservation, true, SMALL, false);
        reserve(1, NO_KEY, SMALL, 0, candidate);

        assertThat(settle(2, reservation, true, SMALL, false)).isEqualTo(LeaseBook.UNMATCHED);
        assertThat(settle(2, 0, true, SMALL, false)).isEqualTo(LeaseBook.UNMATCHED);
        assertThat(settle(2, 987_654_321_987L, true, SMALL, false)).isEqualTo(LeaseBook.UNMATCHED);
        assertThat(book.openReservations()).isEqualTo(1);
        assertThat(reserve(2, NO_KEY, SMALL, 0, candidate).isGranted()).isFalse();
    }

    @Test
    void anExpiredReservationIsReplacedInTheSameStep() {
        Candidate candidate = candidate(account("a", rpm(1)));
        List<Scope> key = List.of(new Scope("key:k", new LimitSet(List.of(rpm(1)), 1)));
        long expired = reserve(0, key, SMALL, 0, candidate).reservation();

        Asking again = reserve(SECOND, key, SMALL, expired, candidate);

        assertThat(again.isGranted()).isTrue();
        assertThat(book.openReservations()).isEqualTo(1);
        assertThat(settle(SECOND, expired, true, SMALL, false)).isEqualTo(LeaseBook.UNMATCHED);
    }

    @Test
    void theKeyPaysOnceForARequestOfTwoAttempts() {
        Candidate a = candidate(account("a", rpm(1)));
        Candidate b = candidate(account("b", rpm(1)));
        List<Scope> key = List.of(new Scope("key:k", new LimitSet(List.of(rpm(1), tpm(100)), 1)));
        long first = reserve(0, key, SMALL, 0, a).reservation();
        settle(10, first, true, Estimate.NONE, true);

        Asking second = reserve(20, key, SMALL, first, b);
        settle(30, second.reservation(), true, new Estimate(10, 10), false);

        assertThat(second.isGranted()).isTrue();
        assertThat(book.openReservations()).isZero();
        assertThat(reserve(40, NO_KEY, SMALL, 0, a).isGranted()).isFalse();
        assertThat(left(40, key, Dimension.TOKENS)).isEqualTo(80);
        assertThat(reserve(40, key, SMALL, 0, candidate()).exceeded().cause()).isEqualTo(Cause.KEY);
    }

    @Test
    void aKeptReservationWithoutANextAttemptEndsBySettlingItAgain() {
        Candidate candidate = candidate(account("a", rpm(9)));
        List<Scope> key = List.of(concurrent("key:k", 1));
        long reservation = reserve(0, key, SMALL, 0, candidate).reservation();
        settle(10, reservation, true, Estimate.NONE, true);
        boolean heldBetween = !reserve(11, key, SMALL, 0, candidate).isGranted();

        long repeated = settle(12, reservation, true, Estimate.NONE, true);
        settle(13, reservation, true, Estimate.NONE, false);

        assertThat(heldBetween).isTrue();
        assertThat(repeated).isEqualTo(LeaseBook.UNMATCHED);
        assertThat(book.openReservations()).isZero();
        assertThat(reserve(14, key, SMALL, 0, candidate).isGranted()).isTrue();
    }

    @Test
    void aRefusedSecondAttemptFreesTheKeysPlaceAndKeepsItsRequest() {
        Candidate full = candidate(account("a", rpm(1)));
        List<Scope> key = List.of(new Scope("key:k", new LimitSet(List.of(rpm(2), tpm(100)), 1)));
        long first = reserve(0, key, SMALL, 0, full).reservation();
        settle(10, first, true, Estimate.NONE, true);

        Asking second = reserve(20, key, SMALL, first, full);

        assertThat(second.exceeded().cause()).isEqualTo(Cause.POOL);
        assertThat(book.openReservations()).isZero();
        assertThat(left(20, key, Dimension.REQUESTS)).isEqualTo(1);
        assertThat(reserve(20, key, SMALL, 0, candidate()).isGranted()).isTrue();
    }

    @Test
    void aLargePoolSaysAnInstantWithRoomAndWhatFitsAnyOfIt() {
        Candidate[] pool = new Candidate[200];
        for (int i = 0; i < pool.length; i++) {
            pool[i] = candidate(account("a" + i, tpm(i < 150 ? 100 : 200)));
            reserve(i * MILLI, NO_KEY, SMALL, 0, pool[i]);
            reserve(i * MILLI, NO_KEY, SMALL, 0, pool[i]);
        }
        long now = SECOND;

        QuotaExceeded full = reserve(now, NO_KEY, SMALL, 0, pool).exceeded();
        QuotaExceeded larger =
                reserve(now, NO_KEY, new Estimate(200, 0), 0, pool).exceeded();
        QuotaExceeded tooLarge =
                reserve(now, NO_KEY, new Estimate(201, 0), 0, pool).exceeded();

        assertThat(full.cause()).isEqualTo(Cause.POOL);
        assertThat(larger.cause()).isEqualTo(Cause.POOL);
        assertThat(tooLarge.message()).endsWith("is 200.");
        long roomAt = now + full.retryAfter().toNanos();
        assertThat(reserve(roomAt - 1, NO_KEY, SMALL, 0, pool).isGranted()).isFalse();
        assertThat(reserve(roomAt, NO_KEY, SMALL, 0, pool).isGranted()).isTrue();
    }

    @Test
    void aNewRevisionsLimitsRuleAndTheWindowKeepsItsCharges() {
        Scope before = account("a", rpm(5));
        reserve(0, NO_KEY, SMALL, 0, candidate(before));
        reserve(0, NO_KEY, SMALL, 0, candidate(before));

        reload(1, before, limits(rpm(3)));

        assertThat(reserve(1, NO_KEY, SMALL, 0, candidate(before)).isGranted()).isTrue();
        assertThat(reserve(1, NO_KEY, SMALL, 0, candidate(before)).isGranted()).isFalse();
    }

    @Test
    void aLimitThatGoesAndComesBackKnowsWhatWasUsedInTheMeantime() {
        Scope scope = account("a", rpm(4));
        Candidate candidate = candidate(scope);
        long open = reserve(0, NO_KEY, SMALL, 0, candidate).reservation();
        reserve(0, NO_KEY, SMALL, 0, candidate);

        reload(SECOND, scope, LimitSet.NONE);
        int unlimited = (int) permille(SECOND, scope);
        reserve(SECOND, NO_KEY, SMALL, 0, candidate);
        settle(2 * SECOND, open, false, SMALL, false);
        reload(3 * SECOND, scope, limits(rpm(4)));

        assertThat(unlimited).isEqualTo(1000);
        assertThat(permille(3 * SECOND, scope)).isEqualTo(500);
        assertThat(group.permille(63 * SECOND, scope.id())).isEqualTo(1000);
    }

    @Test
    void reservationsThatNobodySettlesFreeTheirPlacesAndKeepTheirUnits() {
        Scope scope = new Scope("account:c/a", new LimitSet(List.of(rpm(9)), 2));
        List<Scope> key = List.of(concurrent("key:k", 2));
        long abandoned = reserve(0, key, SMALL, 0, candidate(scope)).reservation();
        long kept = reserve(0, key, SMALL, 0, candidate(scope)).reservation();
        settle(1, kept, true, SMALL, true);
        long needed = reserve(10, NO_KEY, SMALL, 0, candidate(scope)).reservation();

        int early = book.releaseAbandoned(0, 100);
        int ended = book.releaseAbandoned(10, 100);

        assertThat(early).isZero();
        assertThat(ended).isEqualTo(2);
        assertThat(book.openReservations()).isEqualTo(1);
        assertThat(settle(11, abandoned, true, SMALL, false)).isEqualTo(LeaseBook.UNMATCHED);
        assertThat(left(11, List.of(scope), Dimension.REQUESTS)).isEqualTo(6);
        assertThat(reserve(11, key, SMALL, 0, candidate(scope)).isGranted()).isTrue();
        assertThat(reserve(11, key, SMALL, 0, candidate(scope)).isGranted()).isFalse();
        assertThat(settle(11, needed, true, SMALL, false)).isZero();
        assertThat(reserve(12, key, SMALL, 0, candidate(scope)).isGranted()).isTrue();
    }

    @Test
    void looksAtAFewReservationsInTurn() {
        for (int i = 0; i < 10; i++) {
            reserve(0, NO_KEY, SMALL, 0, candidate());
        }

        int first = book.releaseAbandoned(1, 4);
        int second = book.releaseAbandoned(1, 4);
        int third = book.releaseAbandoned(1, 4);

        assertThat(List.of(first, second, third)).containsExactly(4, 4, 2);
        assertThat(book.openReservations()).isZero();
    }

    @Test
    void numbersGrowAndAreNeverUsedTwice() {
        long last = 0;
        for (int i = 0; i < 1000; i++) {
            long number = reserve(i, NO_KEY, SMALL, 0, candidate()).reservation();
            assertThat(number).isGreaterThan(last);
            last = number;
            if (i % 3 != 0) {
                settle(i, number, false, SMALL, false);
            }
        }
        assertThat(book.openReservations()).isEqualTo(334);
    }

    @Test
    void aRestingSessionKeepsItsPlacesAndNotItsUnits() {
        Scope whole = new Scope("account:c/a", new LimitSet(List.of(tpm(1000)), 1));
        Asking first = reserve(0, NO_KEY, SMALL, 0, candidate(whole));
        book.rest(0, first.reservation(), true, new Estimate(10, 10));
        renew(0);

        Asking next = reserve(SECOND, NO_KEY, SMALL, first.reservation(), candidate(whole));
        book.rest(SECOND, next.reservation(), false, Estimate.NONE);
        Asking other = reserve(SECOND, NO_KEY, SMALL, 0, candidate(whole));

        assertThat(next.isGranted()).isTrue();
        assertThat(other.isGranted()).isFalse();
        assertThat(left(SECOND, List.of(whole), Dimension.TOKENS)).isEqualTo(1000 - 20);
        assertThat(book.openReservations()).isOne();
    }

    @Test
    void theEndOfARestingSessionFreesItsPlacesAndChargesNothing() {
        Scope whole = new Scope("account:c/a", new LimitSet(List.of(rpm(10)), 1));
        Scope key = new Scope("key:k", new LimitSet(List.of(rpm(10)), 1));
        Asking first = reserve(0, List.of(key), SMALL, 0, candidate(whole));
        book.rest(0, first.reservation(), false, Estimate.NONE);

        settle(SECOND, first.reservation(), true, SMALL, false);

        assertThat(reserve(SECOND, List.of(key), SMALL, 0, candidate(whole)).isGranted())
                .isTrue();
        assertThat(left(SECOND, List.of(whole), Dimension.REQUESTS)).isEqualTo(9);
        assertThat(left(SECOND, List.of(key), Dimension.REQUESTS)).isEqualTo(9);
        assertThat(book.settle(first.reservation(), true, SMALL, false)).isEqualTo(LeaseBook.UNMATCHED);
    }

    @Test
    void aRestingSessionThatIsHeardOfIsNotAbandoned() {
        Scope whole = new Scope("account:c/a", new LimitSet(List.of(), 1));
        Asking first = reserve(0, NO_KEY, SMALL, 0, candidate(whole));
        book.rest(0, first.reservation(), true, SMALL);
        book.rest(5 * SECOND, first.reservation(), true, SMALL);

        assertThat(book.releaseAbandoned(4 * SECOND, 10)).isZero();
        assertThat(book.releaseAbandoned(6 * SECOND, 10)).isOne();
        assertThat(reserve(6 * SECOND, NO_KEY, SMALL, 0, candidate(whole)).isGranted())
                .isTrue();
    }

    @Test
    void whatNobodyAskedForIsChargedWhateverRoomThereIs() {
        Scope whole = account("a", rpm(2), tpm(100));

        book.charge(List.of(whole), new Estimate(60, 60));
        renew(0);

        assertThat(reserve(0, NO_KEY, SMALL, 0, candidate(whole)).isGranted()).isFalse();
        assertThat(left(0, List.of(whole), Dimension.REQUESTS)).isOne();
        assertThat(reserve(61 * SECOND, NO_KEY, SMALL, 0, candidate(whole)).isGranted())
                .isTrue();
    }

    // --- stored keys

    @Test
    void otherLimitsOfAScopeThatIsInNoRevisionCountForTheNextRequest() {
        Candidate anyone = candidate();
        List<Scope> key = List.of(new Scope("key:stored", limits(perMinute(Dimension.REQUESTS, 1))));
        assertThat(reserve(0, key, SMALL, 0, anyone).isGranted()).isTrue();
        assertThat(reserve(1, key, SMALL, 0, anyone).isGranted()).isFalse();

        book.limit(List.of(new Scope("key:stored", limits(perMinute(Dimension.REQUESTS, 2)))));

        // Whoever began before brings its old limits along, and nobody believes them.
        assertThat(reserve(2, key, SMALL, 0, anyone).isGranted()).isTrue();
        assertThat(reserve(3, key, SMALL, 0, anyone).isGranted()).isFalse();
    }

    @Test
    void limitsOfARevisionAreItsOwn() {
        LeaseBook ofFiles = new LeaseBook("a", 1, "r", Map.of("key:f", limits(perMinute(Dimension.REQUESTS, 1))));
        ofFiles.limit(List.of(new Scope("key:f", limits(perMinute(Dimension.REQUESTS, 9)))));

        Scope scope = new Scope("key:f", limits(perMinute(Dimension.REQUESTS, 9)));
        assertThat(Objects.requireNonNull(ofFiles.leases().of(scope)).own())
                .isEqualTo(limits(perMinute(Dimension.REQUESTS, 1)));
    }
}
