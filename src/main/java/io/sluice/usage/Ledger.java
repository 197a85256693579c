package io.sluice.usage;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.LedgerState;
import io.sluice.message.Notice;
import io.sluice.message.UsageRecord;
import io.sluice.metrics.JournalMetrics;
import io.sluice.metrics.JournalMetrics.Levels;
import io.sluice.usage.journal.JournalSetup;
import io.sluice.usage.journal.UsageJournal;
import io.sluice.usage.journal.UsageJournal.Receipt;
import io.sluice.usage.journal.UsageJournal.State;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The journal and its way into the ledger, and who is told how they stand. Confined to the context that opens it. */
final class Ledger {
    private static final long LOOK_MILLIS = 100;
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LAGGING_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long WORKING_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long OLD_MILLIS = TimeUnit.MINUTES.toMillis(15);
    private static final Duration LAST_DRAIN = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Bus bus;
    private final LedgerSetup setup;
    private final JournalMetrics metrics;
    private final UsageJournal journal;
    private final UsageDrain drain;
    private final long looking;
    private @Nullable State told;
    private long toldAt;
    private boolean isFailing;
    private boolean isLagging;

    private Ledger(Vertx vertx, Bus bus, LedgerSetup setup, JournalMetrics metrics, UsageJournal journal) {
        this.vertx = vertx;
        this.bus = bus;
        this.setup = setup;
        this.metrics = metrics;
        this.journal = journal;
        this.drain = new UsageDrain(vertx, journal, setup);
        metrics.levels(new Levels(journal::bytes, journal::waiting, drain::oldestMillis));
        setup.open().by(journal.openRequests());
        drain.start();
        look();
        looking = vertx.setPeriodic(LOOK_MILLIS, t -> look());
    }

    /**
     * Opens it.
     *
     * @return fails with a sentence for operators when the data directory is in use, or unusable
     */
    static Future<Ledger> open(Vertx vertx, Bus bus, LedgerSetup setup, JournalMetrics metrics) {
        Context context = Objects.requireNonNull(Vertx.currentContext(), "on a context");
        JournalSetup files = new JournalSetup(
                setup.data(),
                setup.node(),
                setup.journal(),
                metrics,
                told -> context.runOnContext(v -> told.run()),
                setup.nanoClock(),
                setup.wallClock(),
                setup.salts(),
                setup.mostOpen());
        return vertx.executeBlocking(() -> UsageJournal.open(files))
                .map(journal -> new Ledger(vertx, bus, setup, metrics, journal));
    }

    /** Keeps a record; done when that is so, or when it is clear that it will not be. */
    Future<Accepted> keep(UsageRecord usage) {
        Promise<Accepted> kept = Promise.promise();
        journal.append(usage, receipt -> {
            kept.complete(receipt == Receipt.KEPT ? Accepted.INSTANCE : Accepted.UNSAFE);
            if (told == null || told.takesRequests() != journal.takesRequests()) {
                look();
            }
        });
        return kept.future();
    }

    /** Brings into the ledger what it takes in a short time; the rest stays for the next start. */
    Future<Void> close() {
        vertx.cancelTimer(looking);
        setup.open().byNobody();
        return drain.stop(LAST_DRAIN)
                .compose(done -> vertx.executeBlocking(() -> {
                    journal.close();
                    return null;
                }));
    }

    private void look() {
        State state = journal.state();
        long now = setup.nanoClock().getAsLong();
        if (!state.equals(told) || now - toldAt >= TELL_NANOS) {
            told = state;
            toldAt = now;
            bus.publish(
                    Address.LEDGER_STATE,
                    new LedgerState(state.takesRequests(), state.trouble(), journal.waiting(), drain.oldestMillis()));
        }
        failing(state);
        lagging(drain.behindNanos(), drain.oldestMillis());
        String news = journal.news();
        if (!news.isEmpty()) {
            tell(NoticeEvent.USAGE_SET_ASIDE, false, "Usage journal: " + news);
        }
    }

    private void failing(State state) {
        boolean fails = !state.trouble().isEmpty();
        metrics.works(!fails);
        if (fails != isFailing) {
            isFailing = fails;
            String what = state.takesRequests() ? "Requests go on, and usage may be lost" : "New requests are refused";
            tell(
                    NoticeEvent.JOURNAL_FAILING,
                    !fails,
                    fails
                            ? "The usage journal cannot go on: " + state.trouble() + ". " + what + "."
                            : "The usage journal works again.");
        }
    }

    private void lagging(long behindNanos, long oldestMillis) {
        boolean lags = behindNanos > (isLagging ? WORKING_NANOS : LAGGING_NANOS) || oldestMillis > OLD_MILLIS;
        if (lags != isLagging) {
            isLagging = lags;
            tell(
                    NoticeEvent.LEDGER_LAGGING,
                    !lags,
                    lags
                            ? journal.waiting() + " usage records wait for the database, the oldest for "
                                    + TimeUnit.MILLISECONDS.toSeconds(oldestMillis)
                                    + " s. They are safe in the journal."
                            : "Usage goes into the database again.");
        }
    }

    private void tell(NoticeEvent event, boolean over, String text) {
        bus.publish(
                Address.NOTICE_RAISED,
                new Notice(
                        event,
                        setup.node(),
                        over,
                        text,
                        List.of(new Notice.Detail("waiting", Long.toString(journal.waiting()))),
                        setup.wallClock().millis()));
    }
}
