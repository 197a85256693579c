package io.sluice.ingress;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.message.Address;
import io.sluice.message.BudgetDecision;
import io.sluice.message.CancelBudget;
import io.sluice.message.LeaseUse;
import io.sluice.message.ReserveBudget;
import io.sluice.message.SettleBudget;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one request may cost its key: kept of its budgets before the request is sent, made larger when a dearer model takes it
 * over, and settled once, when it is known what it cost. Used on the lane's event loop.
 */
final class Allowance {
    /** Beyond the longest time that requests may wait for money; running into it is a defect. */
    private static final Duration TIMEOUT = Duration.ofSeconds(35);

    private final ExchangeServices services;
    private final List<Budget> budgets;
    private long kept;
    private long reservation;
    private long run;
    private long asking;
    private boolean over;

    private Allowance(ExchangeServices services, List<Budget> budgets) {
        this.services = services;
        this.budgets = budgets;
    }

    /** Of a request of a key; null when it may cost what it likes. */
    static @Nullable Allowance of(ExchangeServices services, Incoming incoming) {
        List<Budget> budgets = incoming.key().budgets();
        return budgets.isEmpty() ? null : new Allowance(services, budgets);
    }

    /** Whether so much is kept. */
    boolean covers(long micros) {
        return reservation != 0 && micros <= kept;
    }

    /**
     * Keeps as much as the request can cost now.
     *
     * @param micros millionths of the ledger's currency
     * @return why not; null when it is kept
     */
    Future<@Nullable GatewayFailure> cover(long micros) {
        long ticket = services.tickets().next();
        asking = ticket;
        ReserveBudget question = new ReserveBudget(ticket, budgets, Math.max(0, micros - kept), reservation);
        return services.bus()
                .request(Address.BUDGET_RESERVE, question, TIMEOUT)
                .map(decision -> decided(question, decision))
                .otherwise(cause -> {
                    asking = 0;
                    return cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal();
                });
    }

    private @Nullable GatewayFailure decided(ReserveBudget question, BudgetDecision decision) {
        asking = 0;
        return switch (decision) {
            case BudgetDecision.Kept money -> {
                if (over) {
                    if (money.reservation() != reservation) {
                        send(money.reservation(), 0);
                    }
                    yield new GatewayFailure.ClientClosed();
                }
                reservation = money.reservation();
                run = money.run();
                kept += question.micros();
                yield null;
            }
            case BudgetDecision.Refused refused -> refused.failure();
        };
    }

    /** Nobody waits any more. */
    void stop() {
        if (asking != 0) {
            services.bus().send(Address.BUDGET_CANCEL, new CancelBudget(asking));
            asking = 0;
        }
    }

    /**
     * Ends it; nothing happens when it has ended.
     *
     * @param micros what the request cost
     * @return whose leases the cost comes out of; null for nobody's
     */
    @Nullable
    LeaseUse settle(long micros) {
        if (over) {
            return null;
        }
        over = true;
        stop();
        if (reservation == 0) {
            return null;
        }
        send(reservation, micros);
        return new LeaseUse(run, budgets.stream().map(Budget::scope).toList());
    }

    private void send(long number, long micros) {
        services.bus().send(Address.BUDGET_SETTLE, new SettleBudget(number, budgets, micros));
    }
}
