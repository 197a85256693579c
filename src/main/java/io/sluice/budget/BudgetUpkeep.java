package io.sluice.budget;

import io.sluice.message.LedgerState;
import io.sluice.store.BudgetRepository;
import io.sluice.store.StoreUnavailable;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done to leases and to what was spent from time to time. Used on one event loop. */
final class BudgetUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger("budget");
    private static final long FOLD_NANOS = Duration.ofHours(1).toNanos();
    private static final long AGAIN_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final BudgetRepository ledger;
    private final LongSupplier clock;
    private final long startNanos;
    private boolean forgotten;
    private boolean forgetting;
    private long triedNanos;
    private long foldedNanos;

    BudgetUpkeep(BudgetRepository ledger, LongSupplier clock) {
        this.ledger = ledger;
        this.clock = clock;
        this.startNanos = clock.getAsLong();
        this.triedNanos = startNanos - AGAIN_NANOS;
        this.foldedNanos = startNanos;
    }

    /** When no record of an earlier run waits any more, nothing of its leases is spent but what was written. */
    void ledger(LedgerState state) {
        long now = clock.getAsLong();
        boolean isWritten = state.waiting() == 0 || state.oldestMillis() < (now - startNanos) / NANOS_PER_MILLI;
        if (forgotten || forgetting || !isWritten || now - triedNanos < AGAIN_NANOS) {
            return;
        }
        triedNanos = now;
        forgetting = true;
        ledger.forgetEarlierRuns().onComplete(done -> {
            forgetting = false;
            forgotten = done.succeeded();
            if (done.succeeded() && done.result() > 0) {
                LOG.info("{} leases of budgets of an earlier run were given back", done.result());
            } else if (done.failed()) {
                report("leases of earlier runs are not given back yet", done.cause());
            }
        });
    }

    void tick() {
        long now = clock.getAsLong();
        if (now - foldedNanos >= FOLD_NANOS) {
            foldedNanos = now;
            ledger.fold().onFailure(cause -> report("what was spent long ago is not put together", cause));
        }
    }

    private static void report(String what, Throwable cause) {
        if (!(cause instanceof StoreUnavailable)) {
            LOG.warn("{}: {}", what, cause.toString());
        }
    }
}
