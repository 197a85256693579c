package io.sluice.budget;

import io.sluice.config.BudgetConfig;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetAnswer;
import io.sluice.domain.budget.BudgetAnswer.Reason;
import io.sluice.domain.budget.BudgetBook;
import io.sluice.domain.budget.BudgetRequest;
import io.sluice.domain.budget.LeaseAnswer;
import io.sluice.domain.budget.LeaseDemand;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.ClientClosed;
import io.sluice.message.BudgetDecision;
import io.sluice.message.CancelBudget;
import io.sluice.message.ReserveBudget;
import io.sluice.message.SettleBudget;
import io.sluice.metrics.BudgetMetrics;
import io.sluice.store.BudgetRepository;
import io.sluice.store.StoreUnavailable;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns messages into entries of the book, and what the book wants into questions for the ledger. Used on one event loop. */
final class BudgetDesk {
    private static final Logger LOG = LoggerFactory.getLogger("budget");

    /** Transactions at a time: enough for thousands a second, and few of the pool's connections. */
    private static final int MOST_AT_ONCE = 4;

    private final BudgetBook book;
    private final BudgetRepository ledger;
    private final BudgetNotices notices;
    private final LongSupplier clock;
    private final BudgetMetrics metrics;
    private final long maxWaitNanos;
    private final Deque<LeaseDemand> next = new ArrayDeque<>();
    private final Map<Long, Promise<BudgetDecision>> waiting = new HashMap<>();
    private int underWay;
    private boolean goingOn;

    /**
     * Opens for business.
     *
     * @param config how long requests wait, and what may be spent while the ledger is away
     * @param ledger where leases are
     * @param notices tells operators
     * @param clock monotonic nanoseconds
     * @param metrics what is counted
     */
    BudgetDesk(
            BudgetConfig config,
            BudgetRepository ledger,
            BudgetNotices notices,
            LongSupplier clock,
            BudgetMetrics metrics) {
        this.book = new BudgetBook(config.whenStoreDown());
        this.ledger = ledger;
        this.notices = notices;
        this.clock = clock;
        this.metrics = metrics;
        this.maxWaitNanos = config.maxWait().toNanos();
    }

    void nodes(int count) {
        book.nodes(count);
    }

    Future<BudgetDecision> reserve(ReserveBudget question) {
        long now = clock.getAsLong();
        Promise<BudgetDecision> decision = Promise.promise();
        waiting.put(question.ticket(), decision);
        book.ask(
                now,
                new BudgetRequest(
                        question.ticket(),
                        question.budgets(),
                        question.micros(),
                        question.adds(),
                        now + maxWaitNanos,
                        answer -> decided(question, decision, answer)));
        ask(book.demands(now, question.budgets()));
        return decision.future();
    }

    private void decided(ReserveBudget question, Promise<BudgetDecision> decision, BudgetAnswer answer) {
        waiting.remove(question.ticket(), decision);
        switch (answer) {
            case BudgetAnswer.Reserved kept ->
                decision.complete(new BudgetDecision.Kept(kept.reservation(), ledger.run()));
            case BudgetAnswer.Refused refused -> {
                metrics.refused(refused.reason());
                if (refused.reason() == Reason.SPENT) {
                    notices.refused(question.budgets());
                }
                decision.complete(new BudgetDecision.Refused(refused.failure()));
            }
        }
    }

    void cancel(CancelBudget cancel) {
        Promise<BudgetDecision> left = waiting.remove(cancel.ticket());
        if (left != null) {
            book.cancel(cancel.ticket());
            GatewayFailure gone = new ClientClosed();
            left.complete(new BudgetDecision.Refused(gone));
        }
    }

    void settle(SettleBudget settlement) {
        long now = clock.getAsLong();
        if (settlement.reservation() == 0) {
            book.charge(now, settlement.budgets(), settlement.micros());
            metrics.overspent(settlement.micros());
            return;
        }
        long beyond = book.settle(now, settlement.reservation(), settlement.micros());
        if (beyond == BudgetBook.UNMATCHED) {
            metrics.unmatched();
        } else {
            metrics.overspent(beyond);
        }
    }

    private void ask(List<LeaseDemand> demands) {
        next.addAll(demands);
        goOn();
    }

    private void goOn() {
        if (goingOn) {
            return;
        }
        goingOn = true;
        try {
            while (underWay < MOST_AT_ONCE && !next.isEmpty()) {
                LeaseDemand demand = next.remove();
                underWay++;
                // It may be over at once, while the ledger is away.
                carriedOut(demand).onComplete(done -> {
                    underWay--;
                    goOn();
                });
            }
        } finally {
            goingOn = false;
        }
    }

    private Future<LeaseAnswer> carriedOut(LeaseDemand demand) {
        Future<LeaseAnswer> answer;
        try {
            answer = ledger.carryOut(demand);
        } catch (RuntimeException e) {
            answer = Future.failedFuture(e);
        }
        return answer.onComplete(done -> heard(demand, done));
    }

    private void heard(LeaseDemand demand, AsyncResult<LeaseAnswer> done) {
        long now = clock.getAsLong();
        Budget budget = demand.budget();
        if (done.succeeded()) {
            book.answered(now, demand, done.result());
            notices.heard(budget, done.result());
            next.addAll(book.demands(now, List.of(budget)));
            return;
        }
        metrics.unanswered();
        if (!(done.cause() instanceof StoreUnavailable)) {
            LOG.warn(
                    "the ledger does not grant {}: {}",
                    budget.scope(),
                    done.cause().toString());
        }
        book.unanswered(now, demand);
    }

    void tick() {
        long now = clock.getAsLong();
        book.expire(now);
        ask(book.rest(now));
        metrics.state(book.heldMicros(), book.openReservations(), book.waiting());
    }

    /** Gives back what is free, as far as the ledger answers. */
    Future<?> close() {
        List<Future<LeaseAnswer>> answers = new ArrayList<>();
        book.close(clock.getAsLong()).forEach(demand -> answers.add(carriedOut(demand)));
        return Future.join(answers).otherwiseEmpty();
    }
}
