package io.sluice.domain.budget;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one node holds of the money of one scope. All amounts are millionths.
 *
 * <pre>
 *  granted by the store + lent by the node itself = charged + reserved + free
 * </pre>
 *
 * Free is less than 0 when requests cost more than was reserved for them.
 */
final class Purse {
    /** How long an answer of the store is good for refusals. */
    private static final long VIEW_NANOS = Duration.ofSeconds(1).toNanos();

    /** When the store is asked again by somebody who waits. */
    private static final long AGAIN_NANOS = Duration.ofMillis(100).toNanos();

    /** Money that nobody needed for so long goes back; that of a budget with plenty left stays longer. */
    private static final long IDLE_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Duration SOONEST = Duration.ofSeconds(1);
    private static final long PLENTY_NANOS = Duration.ofSeconds(15).toNanos();
    private static final long PLENTY = 64;

    final Set<BudgetRequest> waiting = new LinkedHashSet<>();
    private Budget budget;
    private long known;
    private long credit;
    private long charged;
    private long reserved;
    private int open;
    private long wanted;
    private boolean asking;
    private long askedNanos;
    private @Nullable LeaseAnswer heard;
    private long heardNanos;
    private long lent;
    private long lentBefore;
    private long doubt;
    private boolean unsure;
    private long turnedNanos;
    private long restSinceNanos;
    private long leastFree;
    private long taken;
    private long takenBefore;

    Purse(Budget budget, long now) {
        this.budget = budget;
        this.restSinceNanos = now;
        this.turnedNanos = now;
        this.askedNanos = now - AGAIN_NANOS;
    }

    Budget budget() {
        return budget;
    }

    /** The budget as the last request knows it; what was heard of another amount or window is not true any more. */
    void budget(Budget latest) {
        if (!latest.equals(budget)) {
            budget = latest;
            heard = null;
        }
    }

    long free() {
        return known + credit - charged - reserved;
    }

    /** Granted by the store or lent, and not spent. */
    long held() {
        return Math.max(0, known + credit - charged);
    }

    void reserve(long micros, boolean isNew) {
        reserved += micros;
        open += isNew ? 1 : 0;
        taken += micros;
        leastFree = Math.min(leastFree, free());
    }

    void settle(long micros, long actual) {
        reserved -= micros;
        open--;
        charge(actual);
    }

    void charge(long actual) {
        charged += actual;
        leastFree = Math.min(leastFree, free());
    }

    void waits(BudgetRequest request) {
        if (waiting.add(request)) {
            wanted += request.micros();
        }
    }

    void waitsNoMore(BudgetRequest request) {
        if (waiting.remove(request)) {
            wanted -= request.micros();
        }
    }

    // --- what the store says ---------------------------------------------------------------------------------------

    /** Whether an amount cannot come together soon: not from what is left, nor from what is reserved and may come back. */
    boolean isHopeless(long micros, long now) {
        if (micros > budget.amountMicros()) {
            return true;
        }
        LeaseAnswer said = heard;
        if (said == null || now - heardNanos > VIEW_NANOS) {
            return false;
        }
        return micros > Math.max(0, free()) + reserved + said.outcome().remaining() + said.elsewhere();
    }

    @Nullable
    Instant renews() {
        return heard == null ? null : heard.renews();
    }

    /** In what time that is; zero for never. */
    Duration renewsIn(long now) {
        if (heard == null || heard.renewsIn().isZero()) {
            return Duration.ZERO;
        }
        Duration left = heard.renewsIn().minusNanos(now - heardNanos);
        return left.compareTo(SOONEST) < 0 ? SOONEST : left;
    }

    /** What the store said last; null when it did not, or of another budget. */
    @Nullable
    LeaseAnswer heard() {
        return heard;
    }

    /** Whether the store has answered at or after a moment. */
    boolean hasHeardSince(long nanos) {
        return heard != null && heardNanos - nanos >= 0;
    }

    /** What is to be asked of the store for a request now; null for nothing. One question at a time. */
    @Nullable
    LeaseDemand demand(long now) {
        LeaseDemand missing = missing(now);
        if (missing != null || asking) {
            return missing;
        }
        long recent = Math.max(taken, takenBefore);
        return recent > 0 && free() < recent / 2 && now - askedNanos >= AGAIN_NANOS && mayHaveMore(now)
                ? asking(now, 0, recent, 0)
                : null;
    }

    /** What those who wait need; null for nothing. */
    private @Nullable LeaseDemand missing(long now) {
        // Beyond its whole amount nothing is to be had, whoever waits.
        long need = Math.min(budget.amountMicros(), wanted - free());
        if (asking || waiting.isEmpty() || need <= 0) {
            return null;
        }
        // Of a budget that was just found empty the answer would be the same.
        return heard != null && heard.outcome().remaining() == 0 && now - heardNanos < AGAIN_NANOS
                ? null
                : asking(now, need, Math.max(4 * need, Math.max(taken, takenBefore)), 0);
    }

    private boolean mayHaveMore(long now) {
        return heard == null || heard.outcome().remaining() > 0 || now - heardNanos > VIEW_NANOS;
    }

    private LeaseDemand asking(long now, long need, long extra, long back) {
        LeaseDemand demand = new LeaseDemand(
                budget,
                known + credit,
                charged,
                need,
                extra,
                back,
                open == 0 && waiting.isEmpty() && free() <= back && doubt == 0,
                doubt);
        asking = true;
        askedNanos = now;
        lentBefore = credit;
        known -= back;
        return demand;
    }

    /** Time has passed: asks again for those who wait, and gives back what nobody needed for a while. */
    @Nullable
    LeaseDemand rest(long now) {
        boolean isTurn = now - turnedNanos >= IDLE_NANOS;
        boolean isQuiet = isTurn && open == 0 && waiting.isEmpty() && taken == 0;
        if (isTurn) {
            turnedNanos = now;
            takenBefore = taken;
            taken = 0;
        }
        LeaseDemand missing = missing(now);
        if (missing != null || asking || !isTurn) {
            return missing;
        }
        long idle = Math.max(0, Math.min(leastFree, free()));
        boolean isPlenty = heard != null && idle < heard.outcome().remaining() / PLENTY;
        boolean stays = idle > 0 && isPlenty && now - restSinceNanos < PLENTY_NANOS;
        long back = stays ? 0 : idle;
        if (!stays) {
            restSinceNanos = now;
            leastFree = free() - back;
        }
        boolean isOver = isQuiet && !stays && (known != 0 || charged != 0 || unsure);
        return back > 0 || isOver || credit > 0 ? asking(now, 0, 0, back) : null;
    }

    /** What is free goes back; null for nothing. */
    @Nullable
    LeaseDemand close(long now) {
        long free = Math.max(0, free());
        return asking || free == 0 && !unsure && credit == 0 ? null : asking(now, 0, 0, free);
    }

    /** The store has answered. */
    void answered(LeaseDemand demand, LeaseAnswer answer, long now) {
        asking = false;
        doubt = 0;
        unsure = false;
        heard = answer;
        heardNanos = now;
        // What the node lent itself is in what was granted now.
        credit -= lentBefore;
        lent = 0;
        known = answer.outcome().granted();
        if (answer.outcome().closes()) {
            known = 0;
            charged -= demand.charged();
        }
        leastFree = Math.min(leastFree, free());
    }

    /** The store has not answered. */
    void unanswered(LeaseDemand demand) {
        asking = false;
        unsure = true;
        if (demand.idle()) {
            doubt = demand.charged();
        }
    }

    /** Whether nothing is to be remembered. */
    boolean isEmpty() {
        return !asking && !unsure && known == 0 && credit == 0 && charged == 0 && open == 0 && waiting.isEmpty();
    }

    /**
     * Whether what is missing for an amount may be lent, while the store does not answer.
     *
     * @param most how much may be lent in all until it does; {@link Long#MAX_VALUE} for no bound
     */
    boolean mayLend(long micros, long most) {
        return Math.max(0, micros - free()) <= most - lent;
    }

    /** Lends what is missing for an amount. */
    void lend(long micros) {
        long missing = Math.max(0, micros - free());
        credit += missing;
        lent += missing;
    }

    /** What was left in the store when it answered last; 0 when it never did. */
    long lastRemaining() {
        return heard == null ? 0 : heard.outcome().remaining();
    }
}
