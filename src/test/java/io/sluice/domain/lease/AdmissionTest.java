package io.sluice.domain.lease;

import static io.sluice.testkit.QuotaScopes.candidate;
import static io.sluice.testkit.QuotaScopes.limits;
import static io.sluice.testkit.QuotaScopes.perMinute;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.Scope;
import io.sluice.testkit.Asking;
import io.sluice.testkit.GroupOfOne;
import io.sluice.testkit.ListGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final Estimate SMALL = new Estimate(60, 40);

    private final LeaseBook book = new LeaseBook("a", 1, "r", Map.of());
    private final Admission admission = new Admission(book, 20, 1000);
    private final ListGroup group = new ListGroup();
    private long now = SECOND;
    private long tickets;

    private static Candidate account(String name, Limit... windows) {
        return candidate(new Scope("account:c/" + name, limits(windows)));
    }

    private static Limit per(int seconds, Dimension dimension, long amount) {
        return new Limit(dimension, amount, Duration.ofSeconds(seconds));
    }

    private Asking ask(String key, Estimate estimate, long wait, Candidate... candidates) {
        return ask(new Asking(now, estimate, candidates).key(key).waits(wait).ticket(++tickets));
    }

    private Asking ask(Asking asking) {
        admission.reserve(now, asking);
        renewIfUrgent();
        return asking;
    }

    private void renewIfUrgent() {
        while (admission.isUrgent()) {
            renew();
        }
    }

    private void renew() {
        admission.take(now, group.apply(now, admission.renew(now, false)), 2);
    }

    /** Time passes as the keeper lets it pass: in steps, with a renewal whenever there is news. */
    private void pass(long nanos) {
        for (long end = now + nanos; now < end; ) {
            now = Math.min(end, now + 25 * MILLI);
            admission.tick(now);
            if (book.hasNews(now)) {
                renew();
            }
            renewIfUrgent();
        }
    }

    private void settle(Asking asking) {
        book.settle(asking.reservation(), true, asking.estimate(), false);
    }

    @Test
    void waitsForRoomThatComesBeforeTheDeadline() {
        Candidate account = account("a", per(10, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, account));

        Asking waits = ask("k", SMALL, 20 * SECOND, account);
        Asking cannot = ask("k", SMALL, 9 * SECOND, account);
        boolean waited = waits.isWaiting();
        pass(12 * SECOND);

        assertThat(waited).isTrue();
        assertThat(cannot.exceeded().cause()).isEqualTo(Cause.POOL);
        assertThat(waits.isGranted()).isTrue();
        assertThat(waits.queuedNanos()).isBetween(10 * SECOND, 11 * SECOND);
    }

    @Test
    void aRefusalTellsOperatorsWhatWasInTheWayAndClientsNoAccount() {
        Candidate account = account("secret-name", per(10, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, account));

        Asking refused = ask("k", SMALL, 0, account);

        assertThat(refused.failure().message()).doesNotContain("secret-name");
        assertThat(refused.obstacles())
                .singleElement()
                .asString()
                .startsWith("account:c/secret-name: 1 of 1 requests in use, 1 needed, free in 10.");
    }

    @Test
    void isServedByWhicheverOfItsCandidatesGetsRoom() {
        Candidate slow = account("slow", per(10, Dimension.REQUESTS, 1));
        Candidate fast = account("fast", per(5, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, slow));
        settle(ask("k", SMALL, 0, fast));

        Asking waits = ask("k", SMALL, 20 * SECOND, slow, fast);
        pass(6 * SECOND);

        assertThat(waits.candidate()).isEqualTo(1);
    }

    @Test
    void aNewRequestDoesNotPassThoseThatWaitForTheSameScopes() {
        Candidate account = account("a", per(10, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, account));
        Asking first = ask("k", SMALL, 30 * SECOND, account);

        pass(9 * SECOND);
        Asking second = ask("other", SMALL, 30 * SECOND, account);
        pass(2 * SECOND);

        assertThat(first.isGranted()).isTrue();
        assertThat(second.isWaiting()).isTrue();
    }

    @Test
    void oneKeyFloodsAndNineOthersGetTheirShare() {
        Candidate account = account("a", per(1, Dimension.REQUESTS, 10));
        List<Asking> flood = new ArrayList<>();
        List<Asking> others = new ArrayList<>();
        Admission large = new Admission(book, 1000, 1 << 20);
        for (int step = 0; step < 200; step++) {
            for (int i = 0; i < 5; i++) {
                flood.add(arrive(large, "flood", account));
            }
            if (step % 20 == 0) {
                for (int key = 0; key < 9; key++) {
                    others.add(arrive(large, "other-" + key, account));
                }
            }
            step(large);
        }

        long served = others.stream().filter(Asking::isGranted).count();
        assertThat(served).isGreaterThanOrEqualTo(others.size() * 8 / 10);
        assertThat(flood.stream().filter(Asking::isGranted).count()).isPositive();
    }

    private Asking arrive(Admission to, String key, Candidate account) {
        Asking asking =
                new Asking(now, SMALL, account).key(key).waits(5 * SECOND).ticket(++tickets);
        to.reserve(now, asking);
        return asking;
    }

    private void step(Admission of) {
        now += 50 * MILLI;
        of.tick(now);
        if (of.isUrgent() || book.hasNews(now)) {
            of.take(now, group.apply(now, of.renew(now, false)), 2);
        }
    }

    @Test
    void aHigherClassGoesFirst() {
        Candidate account = account("a", per(10, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, account));
        Asking usual = ask("k", SMALL, 60 * SECOND, account);
        Asking better = ask(new Asking(now, SMALL, account)
                .key("vip")
                .priority(5)
                .waits(60 * SECOND)
                .ticket(99));

        pass(11 * SECOND);

        assertThat(better.isGranted()).isTrue();
        assertThat(usual.isWaiting()).isTrue();
    }

    @Test
    void isBoundedInRequestsAndTheKeyWithTheMostGivesWay() {
        Candidate account = account("a", per(10, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, account));
        List<Asking> flood = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            flood.add(ask("flood", SMALL, 600 * SECOND, account));
        }

        Asking more = ask("flood", SMALL, 600 * SECOND, account);
        Asking other = ask("other", SMALL, 600 * SECOND, account);

        assertThat(more.failure()).isInstanceOf(GatewayFailure.Overloaded.class);
        assertThat(other.isWaiting()).isTrue();
        assertThat(flood.getLast().failure()).isInstanceOf(GatewayFailure.Overloaded.class);
        assertThat(admission.waiting()).isEqualTo(20);
    }

    @Test
    void isBoundedInBytes() {
        Candidate account = account("a", per(10, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, account));

        Asking large = ask(
                new Asking(now, SMALL, account).waits(60 * SECOND).bytes(900).ticket(50));
        Asking tooLarge = ask(
                new Asking(now, SMALL, account).waits(60 * SECOND).bytes(101).ticket(51));
        admission.cancel(now, 50);
        Asking after = ask(
                new Asking(now, SMALL, account).waits(60 * SECOND).bytes(101).ticket(52));

        assertThat(large.failure()).isInstanceOf(GatewayFailure.ClientClosed.class);
        assertThat(tooLarge.failure()).isInstanceOf(GatewayFailure.Overloaded.class);
        assertThat(after.isWaiting()).isTrue();
        assertThat(admission.waitingBytes()).isEqualTo(101);
    }

    @Test
    void whoIsNotServedByItsDeadlineIsRefusedThen() {
        Candidate account = account("a", per(10, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, account));
        Asking first = ask(
                new Asking(now, SMALL, account).priority(1).waits(60 * SECOND).ticket(70));
        Asking second = ask("k", SMALL, 21 * SECOND, account);
        boolean waited = second.isWaiting();
        for (int i = 0; i < 3; i++) {
            ask(new Asking(now, SMALL, account)
                    .key("vip" + i)
                    .priority(9)
                    .waits(60 * SECOND)
                    .ticket(80 + i));
        }

        pass(21 * SECOND + 50 * MILLI);

        assertThat(waited).isTrue();
        assertThat(second.exceeded().retryAfter()).isPositive();
        assertThat(second.queuedNanos()).isBetween(21 * SECOND, 21 * SECOND + 50 * MILLI);
        assertThat(first.isWaiting()).isTrue();
    }

    @Test
    void nobodyWaitsForAGroupThatDoesNotGrant() {
        Candidate limited = account("a", per(10, Dimension.REQUESTS, 1));
        settle(ask("k", SMALL, 0, limited));
        Asking waits = ask("k", SMALL, 60 * SECOND, limited);

        admission.grants(now, "No quorum.");
        Asking late = ask("k", SMALL, 60 * SECOND, limited);
        Asking unlimited = ask("k", SMALL, 0, candidate());
        admission.grants(now, "");
        Asking again = ask("k", SMALL, 60 * SECOND, limited);

        assertThat(waits.failure()).isEqualTo(new GatewayFailure.Unavailable("No quorum."));
        assertThat(late.failure()).isInstanceOf(GatewayFailure.Unavailable.class);
        assertThat(unlimited.isGranted()).isTrue();
        assertThat(again.isWaiting()).isTrue();
    }

    @Test
    void aRequestThatMayNotWaitIsHeldForTheGroupsAnswer() {
        Asking asking = new Asking(now, SMALL, account("a", perMinute(Dimension.REQUESTS, 5)));
        admission.reserve(now, asking);
        Renewal renewal = admission.renew(now, false);
        now += 200 * MILLI;
        admission.tick(now);
        boolean held = asking.isWaiting();

        admission.take(now, group.apply(now, renewal), 2);

        assertThat(held).isTrue();
        assertThat(asking.isGranted()).isTrue();
        assertThat(asking.expiresAt()).isEqualTo(now + 300 * MILLI);
    }

    @Test
    void anAnswerWhoseTimeIsOverGivesNothingToSpend() {
        Asking asking = new Asking(now, SMALL, account("a", perMinute(Dimension.REQUESTS, 5))).waits(10 * SECOND);
        admission.reserve(now, asking);
        Renewal renewal = admission.renew(now, false);
        Answer answer = group.apply(now, renewal);
        now += 501 * MILLI;

        admission.take(now, answer, 2);
        boolean spent = asking.isGranted();
        pass(200 * MILLI);

        assertThat(spent).isFalse();
        assertThat(asking.isGranted()).isTrue();
    }

    @Test
    void aClockJumpVoidsWhatIsHeldAndWhatIsOnItsWay() {
        Candidate account = account("a", perMinute(Dimension.REQUESTS, 100));
        Asking first = ask("k", SMALL, 0, account);
        Asking second = new Asking(now, SMALL, account).waits(SECOND);
        admission.reserve(now, second);
        Renewal renewal = admission.renew(now, false);

        book.voidLeases();
        Asking third = new Asking(now, SMALL, account).waits(SECOND);
        admission.reserve(now, third);

        assertThat(first.isGranted()).isTrue();
        assertThat(third.isWaiting()).isTrue();
        admission.take(now, group.apply(now, renewal), 2);
        assertThat(second.isWaiting()).isTrue();
        pass(200 * MILLI);
        assertThat(third.isGranted()).isTrue();
    }

    @Test
    void aNodeThatStartsOverServesThoseThatWait() {
        Candidate account = account("a", perMinute(Dimension.REQUESTS, 100));
        Asking first = ask("k", SMALL, 0, account);
        group.forget();
        Asking second = new Asking(now, SMALL, account).waits(SECOND);
        now += SECOND;
        admission.reserve(now, second);
        pass(100 * MILLI);

        assertThat(second.isGranted()).isTrue();
        assertThat(book.settle(first.reservation(), true, new Estimate(60, 500), false))
                .isEqualTo(460);
        pass(100 * MILLI);
        assertThat(group.permille(now, "account:c/a")).isLessThanOrEqualTo(980);
    }

    @Test
    void theLastRenewalGivesEverythingBack() {
        Candidate account = account("a", per(10, Dimension.REQUESTS, 10));
        settle(ask("k", SMALL, 0, account));
        pass(50 * MILLI);

        admission.take(now, group.apply(now, admission.renew(now, true)), 2);

        assertThat(group.permille(now, "account:c/a")).isEqualTo(900);
    }

    /** Who may pass whom is for the group to say. */
    @Test
    void aLargeRequestIsServedAmongSmallOnesAndBlocksThemForAWhileOnly() {
        GroupOfOne real = new GroupOfOne(now);
        Candidate account = account("a", perMinute(Dimension.TOKENS, 30_000));
        List<Asking> small = new ArrayList<>();
        Asking large = new Asking(now, new Estimate(20_000, 0), account)
                .key("large")
                .waits(110 * SECOND)
                .ticket(9999);
        for (int i = 0; i < 2_400; i++) {
            if (i % 20 == 0) {
                Asking asking = new Asking(now, new Estimate(500, 500), account)
                        .key("k" + i % 5)
                        .waits(20 * SECOND)
                        .ticket(++tickets);
                small.add(asking);
                admission.reserve(now, asking);
            }
            if (i == 200) {
                admission.reserve(now, large);
            }
            now += 50 * MILLI;
            admission.tick(now);
            if (admission.isUrgent() || book.hasNews(now)) {
                admission.take(now, real.apply(now, admission.renew(now, false)), 2);
            }
        }

        assertThat(large.isGranted()).isTrue();
        assertThat(small.stream().filter(Asking::isGranted).count()).isGreaterThan(20);
        assertThat(small.subList(90, 120)).anyMatch(Asking::isGranted);
    }
}
