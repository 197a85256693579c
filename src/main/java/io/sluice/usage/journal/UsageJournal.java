package io.sluice.usage.journal;

import io.sluice.config.JournalConfig.Fsync;
import io.sluice.config.JournalConfig.WhenFull;
import io.sluice.message.OpenRequests;
import io.sluice.message.UsageRecord;
import io.sluice.usage.journal.Backlog.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Usage records on the node's disk, from the end of a request until they are in the ledger. What was taken is in the hands of
 * the operating system, and so survives the process however that ends.
 *
 * <p>{@link #append} and {@link #state} may be called on any thread and never wait; everything else blocks on the disk, by one
 * thread at a time.
 */
public final class UsageJournal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UsageJournal.class);
    private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(10);
    private static final int REJECTED_PART = 16;
    private static final int OPEN_PART = 16;

    private final JournalSetup setup;
    private final JournalFiles files;
    private final Quarantine quarantine;
    private final SegmentSupply supply;
    private final Backlog backlog;
    private final Keeper keeper;
    private final Appender appender;
    private final Thread writing;
    private final Thread keeping;
    private OpenRequests open = OpenRequests.NONE;

    /** What became of a record. */
    public enum Receipt {
        /** It is safe, as far as {@code journal.fsync} asks for. */
        KEPT,
        /** It is written, but the disk does not take it. */
        NOT_FORCED,
        /** It will never be in the ledger, and is counted. */
        LOST
    }

    /**
     * How the journal stands.
     *
     * @param takesRequests whether requests may begin whose records it is to keep
     * @param trouble what is wrong, for operators; empty for nothing
     */
    public record State(boolean takesRequests, String trouble) {}

    private UsageJournal(JournalSetup setup, JournalFiles files) throws IOException {
        this.setup = setup;
        this.files = files;
        supply = new SegmentSupply(files, setup);
        quarantine = new Quarantine(
                files, setup.metrics(), supply::next, setup.config().maxBytes() / REJECTED_PART);
        Inspection inspection = new Inspection(files, quarantine, supply::usedUpTo);
        inspection.run();
        backlog = new Backlog(files, quarantine, inspection.position());
        inspection.segments().forEach(backlog::add);
        keeper = new Keeper(files, supply, backlog, setup);
        appender = new Appender(supply, backlog, keeper, setup);
        keeper.of(appender);
        writing = new Thread(appender, "sluice-journal");
        keeping = new Thread(keeper, "sluice-journal-keeper");
    }

    /**
     * Opens the journal of a data directory: looks through what earlier runs have left, and begins to take records.
     *
     * @throws IOException with a sentence for the operator: the directory is in use by another process, or unusable
     */
    public static UsageJournal open(JournalSetup setup) throws IOException {
        JournalFiles files = JournalFiles.open(setup.data());
        try {
            UsageJournal journal = new UsageJournal(setup, files);
            if (journal.waiting() > 0) {
                LOG.info("{} usage records of earlier runs are not in the ledger yet", journal.waiting());
            }
            journal.supply.prepare();
            journal.writing.start();
            journal.keeping.start();
            journal.takeWhatWasOpen();
            return journal;
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /**
     * Requests that were open when an earlier run was killed get the record that was kept for them, behind all others: where
     * one has its own, the ledger knows it by then.
     */
    private void takeWhatWasOpen() throws IOException {
        Collection<UsageRecord> left = OpenTable.left(files.directory());
        CountDownLatch taken = new CountDownLatch(left.size());
        left.forEach(usage -> append(usage, receipt -> {
            if (receipt != Receipt.LOST) {
                taken.countDown();
            }
        }));
        boolean all = false;
        try {
            all = taken.await(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!all) {
            LOG.error(
                    "{} requests that were open at a kill are not in the journal yet, for it has no room", left.size());
            return;
        }
        if (!left.isEmpty()) {
            LOG.warn("{} requests were open when an earlier run was killed; their usage is estimated", left.size());
        }
        try {
            open = OpenTable.create(files.directory(), places());
        } catch (IOException e) {
            LOG.error("what is open at a kill of this run will not be in the ledger: {}", e.toString());
        }
    }

    private int places() throws IOException {
        long free = Files.getFileStore(files.directory()).getUsableSpace();
        long most = Math.min(setup.config().maxBytes(), free) / OPEN_PART / OpenTable.PLACE;
        return (int) Math.min(setup.openRequests(), most);
    }

    /** Where open requests are kept. */
    public OpenRequests openRequests() {
        return open;
    }

    /**
     * Takes a record.
     *
     * @param waits is told what became of it, where {@link JournalSetup#receipts} runs it; while the journal has no room, under
     *     the policy {@code refuse}, only when there is some again
     */
    public void append(UsageRecord usage, Consumer<Receipt> waits) {
        appender.append(usage, waits);
    }

    /** How it stands. */
    public State state() {
        String trouble = supply.trouble().isEmpty() ? keeper.trouble() : supply.trouble();
        if (trouble.isEmpty() && appender.isPressed()) {
            trouble = "the disk does not keep up";
        }
        return new State(takesRequests(), trouble);
    }

    /** Whether requests may begin whose records it is to keep. */
    public boolean takesRequests() {
        return setup.config().whenFull() == WhenFull.COUNT
                || (supply.trouble().isEmpty()
                        && !appender.isPressed()
                        && !(setup.config().fsync() == Fsync.EACH && keeper.isForceFailing()));
    }

    /** Records that are not in the ledger yet. */
    public long waiting() {
        return backlog.waiting();
    }

    /** Bytes of records that are not in the ledger yet. */
    public long bytes() {
        return backlog.bytes();
    }

    /** What was set aside since it was last asked; empty for nothing. */
    public String news() {
        return quarantine.news();
    }

    /**
     * The oldest records that are not in the ledger yet, in order; the same again until {@link #done}.
     *
     * @param most how many
     */
    public Reading read(int most) throws IOException {
        return new Reading(backlog.read(most));
    }

    /** These records are in the ledger, or set aside. */
    public void done(Reading read) {
        backlog.done(read.batch);
        setup.metrics().drained(read.batch.count());
    }

    /**
     * Keeps a record that the ledger refuses in a file of its own.
     *
     * @param why one sentence, for operators
     * @throws IOException when it cannot be kept
     */
    public void setAside(UsageRecord usage, String why) throws IOException {
        quarantine.refused(usage, why);
    }

    /** Writes what has been taken, forces it, and lets another process have the directory. */
    @Override
    public void close() throws IOException {
        appender.close();
        end(writing);
        keeper.close();
        end(keeping);
        supply.drop();
        quarantine.close();
        backlog.close();
        files.close();
    }

    private static void end(Thread thread) {
        try {
            thread.join(CLOSE_MILLIS);
            if (thread.isAlive()) {
                LOG.error("thread {} does not end: the disk does not answer", thread.getName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Records that were read, and where they end. */
    public static final class Reading {
        private final Batch batch;

        private Reading(Batch batch) {
            this.batch = batch;
        }

        /** The records. */
        public List<UsageRecord> records() {
            return batch.records();
        }

        /** Whether there was nothing to read, not even what had to be set aside. */
        public boolean isEmpty() {
            return batch.count() == 0;
        }
    }
}
