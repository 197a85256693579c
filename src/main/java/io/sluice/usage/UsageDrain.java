package io.sluice.usage;

import io.sluice.message.UsageRecord;
import io.sluice.store.UsageSink;
import io.sluice.usage.OfferedBatch.Suspect;
import io.sluice.usage.journal.UsageJournal;
import io.sluice.usage.journal.UsageJournal.Reading;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the journal's records into the ledger, in order, a group at a time. While the ledger does not take them they stay on
 * the disk, and are read again for the next try. Confined to the context that starts it.
 */
final class UsageDrain {
    private static final Logger LOG = LoggerFactory.getLogger(UsageDrain.class);
    private static final int MOST_RECORDS = 2_000;
    private static final long PAUSE_MILLIS = 100;
    private static final long MOST_PAUSE_MILLIS = 5_000;
    /** Failures in a row, with their pauses more than a minute, before a record may be the cause of what nobody explains. */
    private static final int PATIENCE = 20;

    private final Vertx vertx;
    private final UsageJournal journal;
    private final UsageSink sink;
    private final LongSupplier nanoClock;
    private final InstantSource wallClock;
    private int failures;
    private long timer = -1;
    private boolean isBusy;
    private long stopAt;
    private @Nullable Promise<Void> stopped;
    private long behindSince;
    private volatile long oldestMillis = Long.MAX_VALUE;

    /**
     * Does nothing yet.
     *
     * @param vertx for timers and for reading the disk
     * @param journal where records come from
     * @param setup where they go, and the clocks
     */
    UsageDrain(Vertx vertx, UsageJournal journal, LedgerSetup setup) {
        this.vertx = vertx;
        this.journal = journal;
        this.sink = setup.sink();
        this.nanoClock = setup.nanoClock();
        this.wallClock = setup.wallClock();
        this.behindSince = nanoClock.getAsLong();
    }

    /** Begins. */
    void start() {
        turn();
    }

    /**
     * Goes on until nothing is left, the ledger fails or the time is over.
     *
     * @param atMost how long
     * @return when nothing is under way any more; never fails
     */
    Future<Void> stop(Duration atMost) {
        Promise<Void> end = Promise.promise();
        stopped = end;
        stopAt = nanoClock.getAsLong() + atMost.toNanos();
        if (timer >= 0 && vertx.cancelTimer(timer)) {
            turn();
        } else if (!isBusy) {
            end.complete();
        }
        return end.future();
    }

    /** How long the oldest record has waited, in milliseconds; by the wall clock, so only for people. On any thread. */
    long oldestMillis() {
        long oldest = oldestMillis;
        return journal.waiting() == 0 || oldest == Long.MAX_VALUE ? 0 : Math.max(0, wallClock.millis() - oldest);
    }

    /** For how long records have waited without one of them going into the ledger; monotonic nanoseconds. */
    long behindNanos() {
        return journal.waiting() == 0 ? 0 : nanoClock.getAsLong() - behindSince;
    }

    private void turn() {
        timer = -1;
        if (journal.waiting() == 0) {
            worked(0);
            return;
        }
        isBusy = true;
        vertx.executeBlocking(() -> journal.read(MOST_RECORDS))
                .compose(this::offer)
                .onComplete(done -> {
                    isBusy = false;
                    if (done.failed()) {
                        failed(done.cause());
                    } else {
                        worked(done.result());
                    }
                });
    }

    /** Gives how many records were dealt with. */
    private Future<Integer> offer(Reading reading) {
        List<UsageRecord> records = reading.records();
        if (records.isEmpty()) {
            return finish(reading, List.of());
        }
        UsageRecord first = records.getFirst();
        oldestMillis = first.timing().startMillis()
                + TimeUnit.NANOSECONDS.toMillis(first.timing().totalNanos());
        return new OfferedBatch(sink, failures >= PATIENCE).offer(records).compose(refused -> finish(reading, refused));
    }

    private Future<Integer> finish(Reading reading, List<Suspect> refused) {
        return vertx.executeBlocking(() -> {
            for (Suspect suspect : refused) {
                journal.setAside(suspect.usage(), String.valueOf(suspect.cause().getMessage()));
            }
            journal.done(reading);
            return reading.records().size();
        });
    }

    private void worked(int records) {
        if (failures > 0) {
            LOG.info("usage goes into the ledger again; {} records wait", journal.waiting());
        }
        failures = 0;
        behindSince = nanoClock.getAsLong();
        boolean more = journal.waiting() > 0;
        if (stopped != null && (!more || isOver())) {
            stopped.complete();
        } else if (more && (records > MOST_RECORDS / 2 || stopped != null)) {
            turn();
        } else {
            pause(PAUSE_MILLIS);
        }
    }

    private void failed(Throwable cause) {
        failures++;
        if (failures == 1) {
            LOG.warn("usage stays in the journal, for the ledger does not take it: {}", cause.toString());
        } else {
            LOG.debug("the ledger does not take usage", cause);
        }
        if (stopped != null) {
            stopped.complete();
        } else {
            pause(Math.min(MOST_PAUSE_MILLIS, PAUSE_MILLIS << Math.min(failures, 10)));
        }
    }

    private boolean isOver() {
        return nanoClock.getAsLong() - stopAt >= 0;
    }

    private void pause(long millis) {
        timer = vertx.setTimer(millis, t -> turn());
    }
}
