package io.sluice.domain.quota;

import static io.sluice.testkit.QuotaScopes.candidate;
import static io.sluice.testkit.QuotaScopes.limits;
import static io.sluice.testkit.QuotaScopes.perMinute;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.Candidate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaBookTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final Duration TTL = Duration.ofMillis(500);
    private static final Estimate SMALL = new Estimate(60, 40);
    private static final List<Scope> NO_KEY = List.of();

    private final QuotaBook book = new QuotaBook(Map.of(), TTL, QuotaBook.ALL_KNOWN, Journal.NONE);

    /** What the book said; {@code reservation} 0 for a refusal. */
    private record Said(long reservation, int candidate, long expiresAt, QuotaExceeded failure) {
        static final QuotaExceeded NONE = new QuotaExceeded(Cause.POOL, "none", Duration.ZERO);
        static final Verdict<Said> VERDICT = new Verdict<>() {
            @Override
            public Said granted(long reservation, int candidate, long expiresAt) {
                return new Said(reservation, candidate, expiresAt, NONE);
            }

            @Override
            public Said denied(QuotaExceeded failure) {
                return new Said(0, -1, 0, failure);
            }
        };

        boolean isGranted() {
            return reservation != 0;
        }
    }

    private Said reserve(long now, List<Scope> key, Estimate estimate, long replaces, Candidate... candidates) {
        return book.reserve(now, key, List.of(candidates), estimate, replaces, Said.VERDICT);
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

        Said first = reserve(7, NO_KEY, SMALL, 0, small, large);
        Said second = reserve(7, NO_KEY, SMALL, 0, small, large);

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

        Said refused = reserve(0, NO_KEY, SMALL, 0, candidate(whole, perModel));

        assertThat(refused.isGranted()).isFalse();
        assertThat(book.freePermille(0, List.of(whole))).isEqualTo(900);
    }

    @Test
    void sevenRequestsOnTwoAccountsOfThreeAreSixAnswersAndOneHonestRefusal() {
        Candidate a = candidate(account("a", rpm(3)));
        Candidate b = candidate(account("b", rpm(3)));
        for (int i = 0; i < 6; i++) {
            assertThat(reserve(i * SECOND, NO_KEY, SMALL, 0, a, b).isGranted()).isTrue();
        }

        QuotaExceeded failure = reserve(6 * SECOND, NO_KEY, SMALL, 0, a, b).failure();

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

        QuotaExceeded failure = reserve(SECOND, List.of(key), SMALL, 0, full).failure();

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
        return new java.math.BigDecimal(duration.toMillis()).movePointLeft(3).toPlainString();
    }

    @Test
    void retryAfterWaitsForAllLimitsOfTheEarliestCandidate() {
        Candidate slow = candidate(account("a", rpm(1), tpm(100)));
        Candidate soon = candidate(account("b", new Limit(Dimension.REQUESTS, 1, Duration.ofSeconds(10))));
        reserve(0, NO_KEY, SMALL, 0, slow);
        reserve(0, NO_KEY, SMALL, 0, soon);

        Duration both = reserve(0, NO_KEY, SMALL, 0, slow, soon).failure().retryAfter();
        Duration slowOnly = reserve(0, NO_KEY, SMALL, 0, slow).failure().retryAfter();

        assertThat(both).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));
        assertThat(slowOnly).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(62));
        assertThat(reserve(both.toNanos(), NO_KEY, SMALL, 0, slow, soon).candidate())
                .isEqualTo(1);
    }

    @Test
    void aRequestLargerThanEveryAccountSaysTheLargestSize() {
        Candidate small = candidate(account("a", tpm(10)));
        Candidate medium = candidate(account("b", tpm(50), rpm(9)));

        QuotaExceeded failure = reserve(0, NO_KEY, SMALL, 0, small, medium).failure();

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
                reserve(0, List.of(key(tpm(99))), SMALL, 0, full).failure();

        assertThat(failure.cause()).isEqualTo(Cause.REQUEST_TOO_LARGE);
        assertThat(failure.message()).endsWith("this key's limit is 99.");
    }

    @Test
    void aGuessNeverMakesARequestTooLarge() {
        Estimate guessed = new Estimate(120, 1279, 20, 1279);
        Scope account = account("a", tpm(1000), new Limit(Dimension.OUTPUT_TOKENS, 500, Duration.ofMinutes(1)));
        List<Scope> key = List.of(key(tpm(100)));

        Said granted = reserve(0, key, guessed, 0, candidate(account));
        QuotaExceeded full = reserve(0, NO_KEY, guessed, 0, candidate(account)).failure();

        assertThat(granted.isGranted()).isTrue();
        assertThat(book.freePermille(0, key)).isZero();
        assertThat(full.cause()).isEqualTo(Cause.POOL);
        assertThat(reserve(full.retryAfter().toNanos(), NO_KEY, guessed, 0, candidate(account))
                        .isGranted())
                .isTrue();
    }

    @Test
    void whatTheClientSentOrDeclaredIsTooLargeWhateverIsGuessed() {
        Candidate account = candidate(account("a", tpm(99)));

        assertThat(reserve(0, NO_KEY, new Estimate(120, 1279, 20, 1279), 0, account)
                        .failure()
                        .message())
                .isEqualTo(
                        "The request needs 100 tokens; the most that fits any account that serves this model is 99.");
        assertThat(reserve(0, NO_KEY, new Estimate(60, 40, 0, 0), 0, account)
                        .failure()
                        .cause())
                .isEqualTo(Cause.REQUEST_TOO_LARGE);
    }

    @Test
    void aGuessIsGivenBackAsItWasChargedWhateverTheLimitIsNow() {
        Scope scope = account("a", tpm(1000));
        long open = reserve(0, NO_KEY, new Estimate(10, 1279, 0, 1279), 0, candidate(scope))
                .reservation();

        book.reload(1, Map.of(scope.id(), limits(tpm(2000))));
        int between = book.freePermille(1, List.of(scope));
        book.settle(2, open, 0, false, Estimate.NONE, false);

        assertThat(between).isEqualTo(500);
        assertThat(book.freePermille(2, List.of(scope))).isEqualTo(1000);
        assertThat(reserve(2, NO_KEY, new Estimate(2001, 0), 0, candidate(scope))
                        .isGranted())
                .isFalse();
        reserve(2, NO_KEY, new Estimate(2000, 0), 0, candidate(scope));
        assertThat(book.freePermille(2, List.of(scope))).isZero();
    }

    @Test
    void oneAccountThatIsLargeEnoughButFullIsAFullPool() {
        Candidate small = candidate(account("a", tpm(10)));
        Candidate full = candidate(account("b", tpm(100)));
        reserve(0, NO_KEY, SMALL, 0, full);

        assertThat(reserve(0, NO_KEY, SMALL, 0, small, full).failure().cause()).isEqualTo(Cause.POOL);
    }

    @Test
    void concurrencyIsFreedBySettlementAndIsWorthASecondsWait() {
        Candidate candidate = candidate(concurrent("account:c/a", 1));
        List<Scope> key = List.of(concurrent("key:k", 5));
        long open = reserve(0, key, SMALL, 0, candidate).reservation();
        QuotaExceeded failure = reserve(0, key, SMALL, 0, candidate).failure();

        book.settle(1, open, 0, true, SMALL, false);

        assertThat(failure.cause()).isEqualTo(Cause.POOL);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(failure.message()).endsWith("Please try again in 1s.");
        assertThat(reserve(1, key, SMALL, 0, candidate).isGranted()).isTrue();
    }

    @Test
    void anUnsentReservationGivesEverythingBack() {
        Candidate candidate = candidate(account("a", rpm(1), tpm(100)));
        List<Scope> key = List.of(key(rpm(1)));
        long reservation = reserve(0, key, SMALL, 0, candidate).reservation();

        book.settle(5, reservation, 0, false, SMALL, false);

        assertThat(reserve(5, key, SMALL, 0, candidate).isGranted()).isTrue();
    }

    @Test
    void aFailedAttemptThatWasSentKeepsItsRequestButNotItsTokens() {
        Scope scope = account("a", rpm(2), tpm(100));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate(scope)).reservation();

        book.settle(5, reservation, 1, true, Estimate.NONE, false);

        assertThat(book.freePermille(5, List.of(scope))).isEqualTo(500);
        assertThat(reserve(5, NO_KEY, SMALL, 0, candidate(scope)).isGranted()).isTrue();
    }

    @Test
    void usageBeyondTheEstimateIsChargedNowAndReported() {
        Scope scope = account("a", tpm(1000));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate(scope)).reservation();

        long beyond = book.settle(30 * SECOND, reservation, 1, true, new Estimate(60, 840), false);

        assertThat(beyond).isEqualTo(800);
        assertThat(book.freePermille(30 * SECOND, List.of(scope))).isEqualTo(100);
        assertThat(book.freePermille(62 * SECOND, List.of(scope))).isEqualTo(200);
        assertThat(book.freePermille(91 * SECOND, List.of(scope))).isEqualTo(1000);
    }

    @Test
    void unitsMoveFromTheExpiryToTheWrite() {
        Candidate candidate = candidate(account("a", rpm(1)));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate).reservation();
        Duration charged = reserve(0, NO_KEY, SMALL, 0, candidate).failure().retryAfter();

        book.settle(SECOND, reservation, 1, true, SMALL, false);

        Duration written = reserve(0, NO_KEY, SMALL, 0, candidate).failure().retryAfter();
        assertThat(charged.minus(written)).isEqualTo(TTL);
    }

    @ParameterizedTest
    @ValueSource(longs = {-SECOND, 999 * SECOND})
    void anImpossibleWriteIsTakenAsTheNearestPossibleOne(long writtenAt) {
        Candidate candidate = candidate(account("a", rpm(1)));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate).reservation();

        book.settle(2 * SECOND, reservation, writtenAt, true, SMALL, false);

        assertThat(reserve(60 * SECOND, NO_KEY, SMALL, 0, candidate).isGranted())
                .isFalse();
        assertThat(reserve(63 * SECOND, NO_KEY, SMALL, 0, candidate).isGranted())
                .isTrue();
    }

    @Test
    void aSecondSettlementAndAnUnknownNumberChangeNothing() {
        Candidate candidate = candidate(concurrent("account:c/a", 1));
        long reservation = reserve(0, NO_KEY, SMALL, 0, candidate).reservation();
        book.settle(1, reservation, 0, true, SMALL, false);
        reserve(1, NO_KEY, SMALL, 0, candidate);

        assertThat(book.settle(2, reservation, 0, true, SMALL, false)).isEqualTo(QuotaBook.UNMATCHED);
        assertThat(book.settle(2, 0, 0, true, SMALL, false)).isEqualTo(QuotaBook.UNMATCHED);
        assertThat(book.settle(2, 987_654_321_987L, 0, true, SMALL, false)).isEqualTo(QuotaBook.UNMATCHED);
        assertThat(book.openReservations()).isEqualTo(1);
        assertThat(reserve(2, NO_KEY, SMALL, 0, candidate).isGranted()).isFalse();
    }

    @Test
    void anExpiredReservationIsReplacedInTheSameStep() {
        Candidate candidate = candidate(account("a", rpm(1)));
        List<Scope> key = List.of(new Scope("key:k", new LimitSet(List.of(rpm(1)), 1)));
        long expired = reserve(0, key, SMALL, 0, candidate).reservation();

        Said again = reserve(SECOND, key, SMALL, expired, candidate);

        assertThat(again.isGranted()).isTrue();
        assertThat(book.openReservations()).isEqualTo(1);
        assertThat(book.settle(SECOND, expired, 0, true, SMALL, false)).isEqualTo(QuotaBook.UNMATCHED);
    }

    @Test
    void theKeyPaysOnceForARequestOfTwoAttempts() {
        Candidate a = candidate(account("a", rpm(1)));
        Candidate b = candidate(account("b", rpm(1)));
        List<Scope> key = List.of(new Scope("key:k", new LimitSet(List.of(rpm(1), tpm(100)), 1)));
        long first = reserve(0, key, SMALL, 0, a).reservation();
        book.settle(10, first, 5, true, Estimate.NONE, true);

        Said second = reserve(20, key, SMALL, first, b);
        book.settle(30, second.reservation(), 25, true, new Estimate(10, 10), false);

        assertThat(second.isGranted()).isTrue();
        assertThat(book.openReservations()).isZero();
        assertThat(reserve(40, NO_KEY, SMALL, 0, a).isGranted()).isFalse();
        LimitState tokens = book.tightest(40, key, Dimension.TOKENS);
        assertThat(tokens).isNotNull();
        assertThat(tokens.free(40)).isEqualTo(80);
        assertThat(reserve(40, key, SMALL, 0, candidate()).failure().cause()).isEqualTo(Cause.KEY);
    }

    @Test
    void aKeptReservationWithoutANextAttemptEndsBySettlingItAgain() {
        Candidate candidate = candidate(account("a", rpm(9)));
        List<Scope> key = List.of(concurrent("key:k", 1));
        long reservation = reserve(0, key, SMALL, 0, candidate).reservation();
        book.settle(10, reservation, 5, true, Estimate.NONE, true);
        boolean heldBetween = !reserve(11, key, SMALL, 0, candidate).isGranted();

        long repeated = book.settle(12, reservation, 5, true, Estimate.NONE, true);
        book.settle(13, reservation, 5, true, Estimate.NONE, false);

        assertThat(heldBetween).isTrue();
        assertThat(repeated).isEqualTo(QuotaBook.UNMATCHED);
        assertThat(book.openReservations()).isZero();
        assertThat(reserve(14, key, SMALL, 0, candidate).isGranted()).isTrue();
    }

    @Test
    void aRefusedSecondAttemptFreesTheKeysPlaceAndKeepsItsRequest() {
        Candidate full = candidate(account("a", rpm(1)));
        List<Scope> key = List.of(new Scope("key:k", new LimitSet(List.of(rpm(2), tpm(100)), 1)));
        long first = reserve(0, key, SMALL, 0, full).reservation();
        book.settle(10, first, 5, true, Estimate.NONE, true);

        Said second = reserve(20, key, SMALL, first, full);

        assertThat(second.failure().cause()).isEqualTo(Cause.POOL);
        assertThat(book.openReservations()).isZero();
        LimitState requests = book.tightest(20, key, Dimension.REQUESTS);
        assertThat(requests).isNotNull();
        assertThat(requests.free(20)).isEqualTo(1);
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

        QuotaExceeded full = reserve(now, NO_KEY, SMALL, 0, pool).failure();
        QuotaExceeded larger =
                reserve(now, NO_KEY, new Estimate(200, 0), 0, pool).failure();
        QuotaExceeded tooLarge =
                reserve(now, NO_KEY, new Estimate(201, 0), 0, pool).failure();

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

        book.reload(1, Map.of(before.id(), limits(rpm(3))));

        assertThat(reserve(1, NO_KEY, SMALL, 0, candidate(before)).isGranted()).isTrue();
        assertThat(reserve(1, NO_KEY, SMALL, 0, candidate(before)).isGranted()).isFalse();
    }

    @Test
    void aChangedWindowLengthTakesOverTheCharges() {
        Scope scope = account("a", new Limit(Dimension.REQUESTS, 2, Duration.ofSeconds(30)));
        long open = reserve(0, NO_KEY, SMALL, 0, candidate(scope)).reservation();
        reserve(0, NO_KEY, SMALL, 0, candidate(scope));

        book.reload(SECOND, Map.of(scope.id(), limits(rpm(2))));
        book.settle(2 * SECOND, open, 0, false, SMALL, false);

        // What was charged in the old window cannot be given back to the new one: too much stays, never too little.
        assertThat(reserve(40 * SECOND, NO_KEY, SMALL, 0, candidate(scope)).isGranted())
                .isFalse();
        assertThat(reserve(63 * SECOND, NO_KEY, SMALL, 0, candidate(scope)).isGranted())
                .isTrue();
    }

    @Test
    void aLimitThatGoesAndComesBackKnowsWhatWasUsedInTheMeantime() {
        Scope scope = account("a", rpm(4));
        Candidate candidate = candidate(scope);
        long open = reserve(0, NO_KEY, SMALL, 0, candidate).reservation();
        reserve(0, NO_KEY, SMALL, 0, candidate);

        book.reload(SECOND, Map.of(scope.id(), LimitSet.NONE));
        book.forgetIdle(SECOND, 10);
        int unlimited = book.freePermille(SECOND, List.of(scope));
        reserve(SECOND, NO_KEY, SMALL, 0, candidate);
        book.settle(2 * SECOND, open, 0, false, SMALL, false);
        book.reload(3 * SECOND, Map.of(scope.id(), limits(rpm(4))));

        assertThat(unlimited).isEqualTo(1000);
        assertThat(book.freePermille(3 * SECOND, List.of(scope))).isEqualTo(500);
        assertThat(book.freePermille(63 * SECOND, List.of(scope))).isEqualTo(1000);
    }

    @Test
    void aLimitThatIsGoneIsForgottenWithItsLastCharge() {
        Scope scope = account("a", rpm(1), tpm(1000));
        long open = reserve(0, NO_KEY, SMALL, 0, candidate(scope)).reservation();
        book.reload(1, Map.of(scope.id(), limits(tpm(1000))));
        book.settle(2, open, 1, true, SMALL, false);

        book.forgetIdle(70 * SECOND, 10);
        int afterItsWindow = book.scopes();
        boolean granted =
                reserve(71 * SECOND, NO_KEY, SMALL, 0, candidate(scope)).isGranted();

        assertThat(afterItsWindow).isZero();
        assertThat(granted).isTrue();
    }

    @Test
    void aWindowThatIsNewGetsNothingBackFromOlderReservations() {
        Scope scope = account("a", rpm(9));
        long open = reserve(0, NO_KEY, SMALL, 0, candidate(scope)).reservation();
        book.reload(1, Map.of(scope.id(), limits(rpm(9), tpm(100))));

        book.settle(2, open, 0, false, SMALL, false);

        assertThat(reserve(3, NO_KEY, SMALL, 0, candidate(scope)).isGranted()).isTrue();
        assertThat(reserve(3, NO_KEY, SMALL, 0, candidate(scope)).isGranted()).isFalse();
    }

    @Test
    void forgetsScopesThatHoldNothing() {
        Candidate candidate = candidate(account("a", rpm(1)), concurrent("account:c/a|model:m", 3));
        long open = reserve(0, List.of(key(rpm(1))), SMALL, 0, candidate).reservation();

        book.forgetIdle(100 * SECOND, 10);
        int whileOpen = book.scopes();
        book.settle(100 * SECOND, open, 1, true, SMALL, false);
        book.forgetIdle(100 * SECOND, 10);

        assertThat(whileOpen).isEqualTo(3);
        assertThat(book.scopes()).isZero();
    }

    @Test
    void startsFullWhenThePastIsUnknown() {
        QuotaBook unknown = new QuotaBook(Map.of(), TTL, 5 * SECOND, Journal.NONE);
        List<Candidate> candidates = List.of(candidate(account("a", rpm(3))));

        Said atOnce = unknown.reserve(5 * SECOND, NO_KEY, candidates, SMALL, 0, Said.VERDICT);
        Said later = unknown.reserve(67 * SECOND, NO_KEY, candidates, SMALL, 0, Said.VERDICT);

        assertThat(atOnce.failure().cause()).isEqualTo(Cause.POOL);
        assertThat(atOnce.failure().retryAfter()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
        assertThat(later.isGranted()).isTrue();
    }

    @Test
    void reservationsThatNobodySettlesFreeTheirPlacesAndKeepTheirUnits() {
        Scope scope = new Scope("account:c/a", new LimitSet(List.of(rpm(9)), 2));
        List<Scope> key = List.of(concurrent("key:k", 2));
        long abandoned = reserve(0, key, SMALL, 0, candidate(scope)).reservation();
        long kept = reserve(0, key, SMALL, 0, candidate(scope)).reservation();
        book.settle(1, kept, 1, true, SMALL, true);
        long needed = reserve(10, NO_KEY, SMALL, 0, candidate(scope)).reservation();

        int early = book.releaseAbandoned(0, 100);
        int ended = book.releaseAbandoned(10, 100);

        assertThat(early).isZero();
        assertThat(ended).isEqualTo(2);
        assertThat(book.openReservations()).isEqualTo(1);
        assertThat(book.settle(11, abandoned, 0, true, SMALL, false)).isEqualTo(QuotaBook.UNMATCHED);
        LimitState requests = book.tightest(11, List.of(scope), Dimension.REQUESTS);
        assertThat(requests).isNotNull();
        assertThat(requests.free(11)).isEqualTo(6);
        assertThat(reserve(11, key, SMALL, 0, candidate(scope)).isGranted()).isTrue();
        assertThat(reserve(11, key, SMALL, 0, candidate(scope)).isGranted()).isFalse();
        assertThat(book.settle(11, needed, 11, true, SMALL, false)).isZero();
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
                book.settle(i, number, 0, false, SMALL, false);
            }
        }
        assertThat(book.openReservations()).isEqualTo(334);
    }
}
