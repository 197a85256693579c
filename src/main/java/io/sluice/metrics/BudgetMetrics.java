package io.sluice.metrics;

import io.sluice.domain.budget.BudgetAnswer.Reason;

/** How the node's budgets stand. Safe on any thread. */
public final class BudgetMetrics {
    private static final double MICROS = 1_000_000;

    private final Meters meters;
    private volatile long heldMicros;
    private volatile int open;
    private volatile int waiting;

    BudgetMetrics(Meters meters) {
        this.meters = meters;
        meters.gauge(
                "sluice.budget.held",
                "money of budgets that this node holds, in the ledger's currency; a request's counts in each of its budgets",
                () -> heldMicros / MICROS);
        meters.gauge("sluice.budget.reservations.open", "requests whose money is reserved", () -> open);
        meters.gauge("sluice.budget.waiting", "requests that wait for money", () -> waiting);
        // Alarms watch these from the start.
        meters.counter("sluice.budget.overspent");
        meters.counter("sluice.budget.unanswered");
        meters.counter("sluice.budget.settlements.unmatched");
    }

    /**
     * How the node's money stands.
     *
     * @param held what it holds of all budgets, in millionths
     * @param openReservations not settled yet
     * @param waitingRequests that wait for money
     */
    public void state(long held, int openReservations, int waitingRequests) {
        heldMicros = held;
        open = openReservations;
        waiting = waitingRequests;
    }

    /** A request was refused for want of money. */
    public void refused(Reason reason) {
        meters.counter("sluice.budget.refused", "cause", Meters.word(reason)).increment();
    }

    /** Requests cost so much more than was reserved for them, in millionths. */
    public void overspent(long micros) {
        if (micros > 0) {
            meters.counter("sluice.budget.overspent").increment(micros / MICROS);
        }
    }

    /** The ledger did not answer a question about a budget. */
    public void unanswered() {
        meters.counter("sluice.budget.unanswered").increment();
    }

    /** A settlement named a reservation that is not open: a defect of whoever sent it. */
    public void unmatched() {
        meters.counter("sluice.budget.settlements.unmatched").increment();
    }
}
