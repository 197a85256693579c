package io.sluice.domain.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BudgetBookTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final Budget KEY = new Budget("key:k", 1_000, new BudgetWindow.Total());
    private static final Budget TEAM = new Budget("team:t", 500, new BudgetWindow.Total());
    private static final long RUN = 1;
    private static final long OTHER = 2;

    private final ModelStore store = new ModelStore();
    private BudgetBook book = new BudgetBook(StoreDown.SPEND_SHARE);
    private final List<LeaseDemand> asked = new ArrayList<>();
    private final List<Budget> everybody = List.of(KEY, TEAM);
    private long now = SECOND;
    private long tickets;

    /** Asks, and gives back the list that the answer will come to. */
    private List<BudgetAnswer> ask(long micros, Budget... budgets) {
        List<BudgetAnswer> answers = new ArrayList<>();
        book.ask(now, new BudgetRequest(++tickets, List.of(budgets), micros, 0, now + 500 * MILLI, answers::add));
        asked.addAll(book.demands(now, List.of(budgets)));
        return answers;
    }

    private void storeAnswers() {
        List<LeaseDemand> demands = List.copyOf(asked);
        asked.clear();
        demands.forEach(demand -> book.answered(now, demand, store.carryOut(RUN, demand)));
    }

    private void storeIsDown() {
        List<LeaseDemand> demands = List.copyOf(asked);
        asked.clear();
        demands.forEach(demand -> book.unanswered(now, demand));
    }

    private void pass(long nanos) {
        now += nanos;
        book.expire(now);
        asked.addAll(book.rest(now));
    }

    private static long reservation(List<BudgetAnswer> answers) {
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst()).isInstanceOf(BudgetAnswer.Reserved.class);
        return ((BudgetAnswer.Reserved) answers.getFirst()).reservation();
    }

    private static GatewayFailure refusal(List<BudgetAnswer> answers) {
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst()).isInstanceOf(BudgetAnswer.Refused.class);
        return ((BudgetAnswer.Refused) answers.getFirst()).failure();
    }

    @Test
    void firstRequestWaitsForTheStoreAndTheNextDoesNot() {
        List<BudgetAnswer> first = ask(5, KEY);
        assertThat(first).isEmpty();

        storeAnswers();
        List<BudgetAnswer> second = ask(5, KEY);

        assertThat(reservation(first)).isNotEqualTo(reservation(second));
    }

    @Test
    void waitingRequestsAreOneDemand() {
        List<BudgetAnswer> first = ask(5, KEY);
        List<BudgetAnswer> second = ask(7, KEY);

        assertThat(asked).hasSize(1);
        storeAnswers();
        asked.addAll(book.demands(now, List.of(KEY)));
        storeAnswers();

        assertThat(first).hasSize(1);
        reservation(second);
    }

    @Test
    void reservesOfAllBudgetsOrOfNone() {
        List<BudgetAnswer> answers = ask(501, KEY, TEAM);

        assertThat(refusal(answers).message()).contains("more than the whole budget of this key's team");
        assertThat(book.heldMicros()).isZero();
        assertThat(book.waiting()).isZero();
    }

    @Test
    void spentBudgetRefusesAtOnceAndSaysWhenItRenews() {
        Budget daily = new Budget("key:d", 100, new BudgetWindow.Calendar(BudgetWindow.Unit.DAY, ZoneOffset.UTC));
        List<BudgetAnswer> answers = ask(10, daily);
        LeaseDemand demand = asked.removeFirst();
        Instant midnight = Instant.parse("2026-11-29T00:00:00Z");
        book.answered(
                now,
                demand,
                new LeaseAnswer(new LeaseDemand.Outcome(0, 0, 5, false), 95, 0, midnight, Duration.ofHours(3)));

        QuotaExceeded failure = (QuotaExceeded) refusal(answers);
        assertThat(failure.cause()).isEqualTo(QuotaExceeded.Cause.BUDGET);
        assertThat(failure.message()).isEqualTo("The budget of this key is spent. It renews at 2026-11-29T00:00:00Z.");
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofHours(3));

        now += SECOND / 2;
        QuotaExceeded next = (QuotaExceeded) refusal(ask(10, daily));
        assertThat(asked).isEmpty();
        assertThat(next.retryAfter()).isEqualTo(Duration.ofHours(3).minusMillis(500));
    }

    @Test
    void totalBudgetSaysNoTime() {
        store.write(OTHER, KEY.scope(), 1_000);
        List<BudgetAnswer> answers = ask(10, KEY);
        storeAnswers();

        QuotaExceeded failure = (QuotaExceeded) refusal(answers);
        assertThat(failure.message()).isEqualTo("The budget of this key is spent. It is not renewed by itself.");
        assertThat(failure.retryAfter()).isZero();
    }

    @Test
    void raisedBudgetIsTakenAtOnce() {
        store.write(OTHER, KEY.scope(), 1_000);
        List<BudgetAnswer> before = ask(10, KEY);
        storeAnswers();
        refusal(before);

        List<BudgetAnswer> after = ask(10, new Budget(KEY.scope(), 2_000, KEY.window()));
        storeAnswers();

        reservation(after);
    }

    @Test
    void settlementOfOneRequestServesTheNext() {
        List<BudgetAnswer> first = ask(400, TEAM);
        storeAnswers();
        List<BudgetAnswer> second = ask(400, TEAM);
        storeAnswers();
        assertThat(second).isEmpty();

        assertThat(book.settle(now, reservation(first), 20)).isZero();

        reservation(second);
    }

    @Test
    void requestThatOthersStandInTheWayOfIsRefusedForAMoment() {
        reservation(served(400, TEAM));
        List<BudgetAnswer> second = ask(400, TEAM);
        storeAnswers();
        pass(500 * MILLI);

        QuotaExceeded failure = (QuotaExceeded) refusal(second);
        assertThat(failure.message())
                .isEqualTo("What is left of the budget of this key's team is kept for requests under way.");
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    }

    private List<BudgetAnswer> served(long micros, Budget... budgets) {
        List<BudgetAnswer> answers = ask(micros, budgets);
        storeAnswers();
        return answers;
    }

    @Test
    void whatOtherNodesGiveBackIsAskedForAgain() {
        LeaseDemand other = new LeaseDemand(TEAM, 0, 0, 400, 0, 0, false, 0);
        store.carryOut(OTHER, other);
        List<BudgetAnswer> answers = ask(300, TEAM);
        storeAnswers();
        assertThat(answers).isEmpty();

        store.forget(OTHER);
        pass(100 * MILLI);
        storeAnswers();

        reservation(answers);
    }

    @Test
    void costsBeyondTheReservationAreCountedAndCharged() {
        long reservation = reservation(served(100, TEAM));

        assertThat(book.settle(now, reservation, 130)).isEqualTo(30);
        assertThat(book.settle(now, reservation, 130)).isEqualTo(BudgetBook.UNMATCHED);

        store.write(RUN, TEAM.scope(), 130);
        reservation(served(370, TEAM));
        assertThat(served(1, TEAM)).isEmpty();
    }

    @Test
    void idleMoneyGoesBack() {
        long reservation = reservation(served(100, TEAM));
        book.settle(now, reservation, 40);
        assertThat(store.leased(TEAM.scope())).isGreaterThanOrEqualTo(100);
        store.write(RUN, TEAM.scope(), 40);

        for (int i = 0; i < 4; i++) {
            pass(SECOND);
            storeAnswers();
        }

        assertThat(store.leased(TEAM.scope())).isZero();
        assertThat(store.spent(TEAM.scope())).isEqualTo(40);
        assertThat(book.heldMicros()).isZero();
    }

    @Test
    void heldMoneyIsSpentWithoutTheStore() {
        reservation(served(5, KEY));

        List<BudgetAnswer> next = ask(5, KEY);

        reservation(next);
    }

    @Test
    void withoutTheStoreANodeSpendsItsShare() {
        book.nodes(2);
        reservation(served(100, KEY));
        // The store keeps 1000 − 100 − 56, which is half of what is left in sixteen parts.
        long left = 844;

        List<BudgetAnswer> within = ask(left / 2, KEY);
        storeIsDown();
        reservation(within);
        List<BudgetAnswer> beyond = ask(100, KEY);
        storeIsDown();
        assertThat(refusal(beyond)).isInstanceOf(Unavailable.class);

        // What was lent is in the lease when the store is back.
        pass(2 * SECOND);
        storeAnswers();
        assertThat(store.leased(KEY.scope())).isGreaterThanOrEqualTo(100 + left / 2);
    }

    @Test
    void withoutTheStoreNothingIsSpentOfWhatNobodyKnows() {
        List<BudgetAnswer> answers = ask(1, KEY);
        storeIsDown();

        assertThat(refusal(answers)).isInstanceOf(Unavailable.class);
    }

    @Test
    void withoutTheStoreAllMayBeAllowed() {
        book = new BudgetBook(StoreDown.ALLOW);
        List<BudgetAnswer> answers = ask(700, KEY);
        storeIsDown();
        long reservation = reservation(answers);
        book.settle(now, reservation, 600);
        store.write(RUN, KEY.scope(), 600);

        pass(2 * SECOND);
        storeAnswers();
        reservation(served(400, KEY));
        assertThat(served(1, KEY)).isEmpty();
    }

    @Test
    void silentStoreIsAStoreThatIsDown() {
        List<BudgetAnswer> answers = ask(1, KEY);
        pass(500 * MILLI);

        assertThat(refusal(answers)).isInstanceOf(Unavailable.class);
    }

    @Test
    void reservationIsMadeLarger() {
        long reservation = reservation(served(100, TEAM));
        List<BudgetAnswer> answers = new ArrayList<>();
        book.ask(now, new BudgetRequest(++tickets, List.of(TEAM), 300, reservation, now + 500 * MILLI, answers::add));
        asked.addAll(book.demands(now, List.of(TEAM)));
        storeAnswers();

        assertThat(reservation(answers)).isEqualTo(reservation);
        assertThat(book.openReservations()).isOne();
        assertThat(served(200, TEAM)).isEmpty();
        assertThat(book.settle(now, reservation, 400)).isZero();
    }

    @Test
    void stoppingNodeGivesBackWhatIsFree() {
        reservation(served(100, TEAM));
        book.close(now).forEach(demand -> book.answered(now, demand, store.carryOut(RUN, demand)));

        assertThat(store.leased(TEAM.scope())).isEqualTo(100);
    }

    @Test
    void cancelledRequestIsNotAnswered() {
        List<BudgetAnswer> answers = ask(1, KEY);
        book.cancel(tickets);
        storeAnswers();
        pass(SECOND);

        assertThat(answers).isEmpty();
        assertThat(book.openReservations()).isZero();
    }

    @Test
    void whatWasNotReservedIsChargedAllTheSame() {
        book.charge(now, everybody, 450);
        store.write(RUN, TEAM.scope(), 450);
        store.write(RUN, KEY.scope(), 450);

        reservation(served(50, KEY, TEAM));
        assertThat(served(1, TEAM)).isEmpty();
    }

    @Test
    void forgottenLeaseOfALivingNodeIsCountedAgain() {
        long reservation = reservation(served(300, TEAM));
        book.settle(now, reservation, 200);
        store.write(RUN, TEAM.scope(), 200);
        long held = store.leased(TEAM.scope());

        store.forget(RUN);
        reservation(served(250, TEAM));

        assertThat(held).isGreaterThanOrEqualTo(100);
        assertThat(store.leased(TEAM.scope())).isGreaterThanOrEqualTo(250);
        assertThat(store.leased(TEAM.scope()) + store.spent(TEAM.scope())).isLessThanOrEqualTo(500);
    }
}
