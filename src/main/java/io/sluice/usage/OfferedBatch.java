package io.sluice.usage;

import io.sluice.message.UsageRecord;
import io.sluice.store.StoreUnavailable;
import io.sluice.store.UsageSink;
import io.sluice.store.UsageSink.Refused;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings records into the ledger although one among them may be refused: what fails is halved until the one is found, so that it
 * does not hold up the others. Which failures mean a record rather than the ledger:
 *
 * <ul>
 *   <li>{@link Refused}: that record, for certain;
 *   <li>{@link StoreUnavailable}: none;
 *   <li>anything else, when the caller has lost patience: a record that fails alone twice while others are written.
 * </ul>
 *
 * <p>Used once, on one context.
 */
final class OfferedBatch {
    private static final int MOST_SUSPECTS = 8;

    private final UsageSink sink;
    private final boolean isImpatient;
    private final List<Suspect> refused = new ArrayList<>();
    private final List<Suspect> suspects = new ArrayList<>();
    private boolean wrote;

    /**
     * A record that is not written.
     *
     * @param usage the record
     * @param cause why
     */
    record Suspect(UsageRecord usage, Throwable cause) {}

    /**
     * Nothing is offered yet.
     *
     * @param sink the ledger
     * @param isImpatient whether a failure that says nothing of a record may still be one's
     */
    OfferedBatch(UsageSink sink, boolean isImpatient) {
        this.sink = sink;
        this.isImpatient = isImpatient;
    }

    /**
     * Offers records, in order.
     *
     * @return those that can never be written; fails when all of them are to be offered again
     */
    Future<List<Suspect>> offer(List<UsageRecord> records) {
        return write(records).compose(done -> tryAgain(0)).map(done -> refused);
    }

    private Future<Void> write(List<UsageRecord> records) {
        return attempt(records).onSuccess(done -> wrote = true).recover(cause -> {
            boolean isRefused = cause instanceof Refused;
            if (cause instanceof StoreUnavailable || !(isRefused || isImpatient)) {
                return Future.failedFuture(cause);
            }
            if (records.size() > 1) {
                int half = records.size() / 2;
                return write(records.subList(0, half)).compose(done -> write(records.subList(half, records.size())));
            }
            (isRefused ? refused : suspects).add(new Suspect(records.getFirst(), cause));
            return wrote || suspects.size() < MOST_SUSPECTS ? Future.succeededFuture() : Future.failedFuture(cause);
        });
    }

    private Future<Void> attempt(List<UsageRecord> records) {
        try {
            return sink.write(records);
        } catch (RuntimeException defect) {
            return Future.failedFuture(defect);
        }
    }

    /** The ledger may have been what failed, for a while. */
    private Future<Void> tryAgain(int number) {
        if (number == suspects.size()) {
            return Future.succeededFuture();
        }
        Suspect suspect = suspects.get(number);
        return attempt(List.of(suspect.usage()))
                .recover(cause -> {
                    if (cause instanceof StoreUnavailable || !wrote) {
                        return Future.failedFuture(cause);
                    }
                    refused.add(suspect);
                    return Future.succeededFuture();
                })
                .compose(done -> tryAgain(number + 1));
    }
}
