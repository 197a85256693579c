package io.sluice.domain.budget;

import io.sluice.domain.budget.BudgetAnswer.Reason;
import io.sluice.domain.budget.BudgetAnswer.Refused;
import io.sluice.domain.budget.BudgetAnswer.Reserved;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The money of one run of a node: what the store has granted it, scope by scope, what of that is reserved for requests under
 * way, and who waits for more. A request gets what it can cost at most of all its budgets, or of none. Not safe for threads: it
 * has one writer.
 *
 * <p>The money of a request comes out of leases: parts of budgets that only this run may spend. What is granted is counted by
 * the store as if it was spent, so that nodes together never reserve more than there is.
 */
public final class BudgetBook {
    /** A settlement that belongs to no reservation. */
    public static final long UNMATCHED = -1;

    private static final int MOST_WAITING = 5_000;

    private final StoreDown whenDown;
    private final Map<String, Purse> purses = new HashMap<>();
    private final Map<Long, Reservation> reservations = new HashMap<>();
    private final Map<Long, Wait> waiting = new LinkedHashMap<>();
    private int nodes = 1;
    private long lastReservation;

    private record Reservation(List<Purse> purses, long micros) {}

    private record Wait(BudgetRequest request, List<Purse> purses, long sinceNanos) {}

    /**
     * An empty book.
     *
     * @param whenDown what may be spent while the store does not answer
     */
    public BudgetBook(StoreDown whenDown) {
        this.whenDown = whenDown;
    }

    /** How many nodes there are, of which each may spend its share while the store does not answer; at least 1. */
    public void nodes(int count) {
        nodes = Math.max(1, count);
    }

    // --- requests --------------------------------------------------------------------------------------------------

    /** Answers a request at once where that is possible; else it waits for the store, or for others to settle. */
    public void ask(long now, BudgetRequest request) {
        List<Purse> all = new ArrayList<>(request.budgets().size());
        for (Budget budget : request.budgets()) {
            Purse purse = purses.computeIfAbsent(budget.scope(), scope -> new Purse(budget, now));
            purse.budget(budget);
            all.add(purse);
        }
        if (hasAll(all, request.micros())) {
            request.answer().accept(reserve(all, request));
            return;
        }
        Purse hopeless = hopeless(all, request.micros(), now);
        if (hopeless != null) {
            request.answer().accept(new Refused(Reason.SPENT, BudgetWords.spent(hopeless, request.micros(), now)));
        } else if (waiting.size() >= MOST_WAITING) {
            request.answer().accept(new Refused(Reason.CROWDED, BudgetWords.tooMany()));
        } else {
            waiting.put(request.ticket(), new Wait(request, List.copyOf(all), now));
            all.forEach(purse -> purse.waits(request));
        }
    }

    private static boolean hasAll(List<Purse> all, long micros) {
        for (Purse purse : all) {
            if (purse.free() < micros) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Purse hopeless(List<Purse> all, long micros, long now) {
        for (Purse purse : all) {
            if (purse.free() < micros && purse.isHopeless(micros, now)) {
                return purse;
            }
        }
        return null;
    }

    private BudgetAnswer reserve(List<Purse> all, BudgetRequest request) {
        Reservation earlier = reservations.get(request.adds());
        if (earlier != null) {
            earlier.purses().forEach(purse -> purse.reserve(request.micros(), false));
            reservations.put(request.adds(), new Reservation(earlier.purses(), earlier.micros() + request.micros()));
            return new Reserved(request.adds());
        }
        all.forEach(purse -> purse.reserve(request.micros(), true));
        reservations.put(++lastReservation, new Reservation(all, request.micros()));
        return new Reserved(lastReservation);
    }

    /** Nobody waits for the answer any more: it is not given. */
    public void cancel(long ticket) {
        Wait wait = waiting.get(ticket);
        if (wait != null) {
            remove(wait);
        }
    }

    private void remove(Wait wait) {
        waiting.remove(wait.request().ticket());
        wait.purses().forEach(purse -> purse.waitsNoMore(wait.request()));
    }

    /**
     * Ends a reservation: what is left of it is free again.
     *
     * @param reservation its number
     * @param actual what the request cost
     * @return by how much it cost more than was reserved, or {@link #UNMATCHED}
     */
    public long settle(long now, long reservation, long actual) {
        Reservation ended = reservations.remove(reservation);
        if (ended == null) {
            return UNMATCHED;
        }
        ended.purses().forEach(purse -> purse.settle(ended.micros(), actual));
        ended.purses().forEach(purse -> serve(purse, now, false));
        return Math.max(0, actual - ended.micros());
    }

    /**
     * Charges what nothing was reserved for, or what is left to be charged.
     *
     * @param micros less than 0 when too much was charged before
     */
    public void charge(long now, List<Budget> budgets, long micros) {
        for (Budget budget : budgets) {
            Purse purse = purses.computeIfAbsent(budget.scope(), scope -> new Purse(budget, now));
            purse.charge(micros);
        }
    }

    /** Gives to those who wait what there is, and refuses those who wait for nothing when the store has just said so. */
    private void serve(Purse purse, long now, boolean isNews) {
        if (purse.waiting.isEmpty() || !isNews && purse.free() <= 0) {
            return;
        }
        for (BudgetRequest request : List.copyOf(purse.waiting)) {
            if (!isNews && purse.free() <= 0) {
                return;
            }
            Wait wait = waiting.get(request.ticket());
            if (wait == null) {
                continue;
            }
            if (hasAll(wait.purses(), request.micros())) {
                remove(wait);
                request.answer().accept(reserve(wait.purses(), request));
                continue;
            }
            Purse hopeless = hopeless(wait.purses(), request.micros(), now);
            if (hopeless != null) {
                remove(wait);
                request.answer().accept(new Refused(Reason.SPENT, BudgetWords.spent(hopeless, request.micros(), now)));
            }
        }
    }

    // --- the store -------------------------------------------------------------------------------------------------

    /** What is to be asked of the store for the scopes of a request now. Each is to be answered, or said to be unanswered. */
    public List<LeaseDemand> demands(long now, List<Budget> budgets) {
        List<LeaseDemand> demands = new ArrayList<>(budgets.size());
        for (Budget budget : budgets) {
            Purse purse = purses.get(budget.scope());
            LeaseDemand demand = purse == null ? null : purse.demand(now);
            if (demand != null) {
                demands.add(demand);
            }
        }
        return demands;
    }

    /** The store has carried a demand out. */
    public void answered(long now, LeaseDemand demand, LeaseAnswer answer) {
        Purse purse = purses.get(demand.budget().scope());
        if (purse != null) {
            purse.answered(demand, answer, now);
            serve(purse, now, true);
        }
    }

    /** The store has not answered, and may have carried the demand out. */
    public void unanswered(long now, LeaseDemand demand) {
        Purse purse = purses.get(demand.budget().scope());
        if (purse == null) {
            return;
        }
        purse.unanswered(demand);
        for (BudgetRequest request : List.copyOf(purse.waiting)) {
            Wait wait = waiting.get(request.ticket());
            if (wait != null) {
                alone(wait);
            }
        }
    }

    /** Decides without the store. */
    private void alone(Wait wait) {
        remove(wait);
        long micros = wait.request().micros();
        wait.request()
                .answer()
                .accept(
                        lend(wait.purses(), micros)
                                ? reserve(wait.purses(), wait.request())
                                : new Refused(Reason.UNKNOWN, BudgetWords.unknown()));
    }

    private boolean lend(List<Purse> all, long micros) {
        if (whenDown == StoreDown.REFUSE) {
            return hasAll(all, micros);
        }
        for (Purse purse : all) {
            if (!purse.mayLend(micros, most(purse))) {
                return false;
            }
        }
        all.forEach(purse -> purse.lend(micros));
        return true;
    }

    private long most(Purse purse) {
        return whenDown == StoreDown.ALLOW ? Long.MAX_VALUE : purse.lastRemaining() / nodes;
    }

    // --- time ------------------------------------------------------------------------------------------------------

    /** Refuses those who have waited long enough. Often. */
    public void expire(long now) {
        List<Wait> over = new ArrayList<>();
        for (Wait wait : waiting.values()) {
            // All wait equally long, so they are over in the order in which they came.
            if (now - wait.request().deadlineNanos() < 0) {
                break;
            }
            over.add(wait);
        }
        over.forEach(this::expired);
    }

    private void expired(Wait wait) {
        if (!waiting.containsKey(wait.request().ticket())) {
            return;
        }
        Purse without = null;
        for (Purse purse : wait.purses()) {
            if (purse.free() < wait.request().micros()) {
                if (!purse.hasHeardSince(wait.sinceNanos())) {
                    alone(wait);
                    return;
                }
                without = without == null ? purse : without;
            }
        }
        if (without == null) {
            alone(wait);
            return;
        }
        remove(wait);
        wait.request().answer().accept(new Refused(Reason.HELD, BudgetWords.held(without)));
    }

    /** Gives back what is idle, and asks again for those who wait. Several times a second. */
    public List<LeaseDemand> rest(long now) {
        List<LeaseDemand> demands = new ArrayList<>();
        for (Iterator<Purse> all = purses.values().iterator(); all.hasNext(); ) {
            Purse purse = all.next();
            LeaseDemand demand = purse.rest(now);
            if (demand != null) {
                demands.add(demand);
            } else if (purse.isEmpty()) {
                all.remove();
            }
        }
        return demands;
    }

    /** The node stops: everything that is free goes back. */
    public List<LeaseDemand> close(long now) {
        List<LeaseDemand> demands = new ArrayList<>();
        for (Purse purse : purses.values()) {
            LeaseDemand demand = purse.close(now);
            if (demand != null) {
                demands.add(demand);
            }
        }
        return demands;
    }

    /** How many reservations are open. */
    public int openReservations() {
        return reservations.size();
    }

    /** How many requests wait. */
    public int waiting() {
        return waiting.size();
    }

    /** What the node holds of all budgets and has not spent, in millionths; a request's money counts in each of its scopes. */
    public long heldMicros() {
        long held = 0;
        for (Purse purse : purses.values()) {
            held += purse.held();
        }
        return held;
    }
}
