package io.sluice.testkit;

import io.sluice.message.BudgetDecision;
import io.sluice.message.Headroom;
import io.sluice.message.OpenResult;
import io.sluice.message.PlanRoute;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleBudget;
import io.sluice.message.SettleQuota;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Follows every reservation by the messages about it: each must be settled once without {@code keepKey}, or replaced, and
 * at most once before with it. Money that was kept must be paid, or given back, once. Thread-safe; messages about one reservation follow each other.
 */
public final class ReservationAudit {
    private final Map<Long, Stage> open = new ConcurrentHashMap<>();
    private final Set<Long> money = ConcurrentHashMap.newKeySet();
    private final LongAdder paidMicros = new LongAdder();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final LongAdder planned = new LongAdder();
    private final LongAdder granted = new LongAdder();
    private final LongAdder denied = new LongAdder();
    private final LongAdder settled = new LongAdder();
    private final LongAdder replaced = new LongAdder();
    private final LongAdder expired = new LongAdder();

    private final AtomicLong slowestHeadNanos = new AtomicLong();
    private volatile Headroom headroom = new Headroom("", new int[0]);

    private enum Stage {
        OPEN,
        KEPT
    }

    /** A message was sent on the node. */
    void saw(Object message) {
        switch (message) {
            case PlanRoute question -> planned.increment();
            case ReserveQuota request
            when request.replaces() != 0 -> {
                replaced.increment();
                end(request.replaces(), request);
            }
            case QuotaDecision.Granted grant -> {
                granted.increment();
                open.put(grant.reservation(), Stage.OPEN);
            }
            case QuotaDecision.Denied denial -> denied.increment();
            case SettleQuota settlement
            when settlement.keepKey() -> {
                if (!open.replace(settlement.reservation(), Stage.OPEN, Stage.KEPT)) {
                    faults.add("kept although not open: " + settlement);
                }
            }
            case SettleQuota settlement -> {
                settled.increment();
                end(settlement.reservation(), settlement);
            }
            case BudgetDecision.Kept kept -> money.add(kept.reservation());
            case SettleBudget payment -> {
                paidMicros.add(payment.micros());
                if (payment.reservation() != 0 && !money.remove(payment.reservation())) {
                    faults.add("paid although not kept: " + payment);
                }
            }
            case OpenResult.LeaseExpired late -> expired.increment();
            case OpenResult.Opened opened ->
                slowestHeadNanos.accumulateAndGet(System.nanoTime() - opened.writtenAtNanos(), Math::max);
            case Headroom report -> headroom = report;
            default -> {}
        }
    }

    private void end(long reservation, Object by) {
        if (open.remove(reservation) == null) {
            faults.add("ended although not open: " + by);
        }
    }

    /** What broke the rule, one sentence each. */
    public Queue<String> faults() {
        return faults;
    }

    /** Reservations that neither were settled nor replaced, of room and of money. */
    public int open() {
        return open.size() + money.size();
    }

    /** What requests have cost their budgets in all, millionths. */
    public long paidMicros() {
        return paidMicros.sum();
    }

    /** Requests for which a route was asked: each must come to one usage record. */
    public long planned() {
        return planned.sum();
    }

    /** Reservations that were granted. */
    public long granted() {
        return granted.sum();
    }

    /** Reservations that were refused. */
    public long denied() {
        return denied.sum();
    }

    /** Reservations that were settled for good. */
    public long settled() {
        return settled.sum();
    }

    /** Reservations that a later one replaced. */
    public long replaced() {
        return replaced.sum();
    }

    /** Attempts whose connection came later than their lease allows. */
    public long expired() {
        return expired.sum();
    }

    /** The longest time between the write of a request and the head of its answer; no arrival was later than that. */
    public Duration slowestHead() {
        return Duration.ofNanos(slowestHeadNanos.get());
    }

    /** Whether no account has anything charged or in flight, by the last report. */
    public boolean isIdle() {
        return Arrays.stream(headroom.permille()).allMatch(free -> free == 1000);
    }
}
