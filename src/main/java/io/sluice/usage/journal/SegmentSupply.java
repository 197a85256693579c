package io.sluice.usage.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes segments while the journal's bound and the disk allow it, one ahead of the need. When there is no room for the next
 * one, that is known while the present one is almost empty: what is left in it is the reserve for requests that are running.
 * Safe on any thread; blocks on the disk.
 */
final class SegmentSupply {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentSupply.class);
    private static final long RETRY_NANOS = 100_000_000;

    private final JournalFiles files;
    private final JournalSetup setup;
    private final InstantSource wallClock;
    private final LongSupplier nanoClock;
    private final LongSupplier salts;
    private final AtomicLong last = new AtomicLong();
    private @Nullable Segment spare;
    private long triedAt;
    private volatile String trouble = "";

    /**
     * No segment yet.
     *
     * @param files the directory
     * @param setup the bound, the clocks and the dice
     */
    SegmentSupply(JournalFiles files, JournalSetup setup) {
        this.files = files;
        this.setup = setup;
        this.wallClock = setup.wallClock();
        this.nanoClock = setup.nanoClock();
        this.salts = setup.salts();
    }

    /** Numbers up to this one have been used. */
    void usedUpTo(long sequence) {
        last.set(sequence);
    }

    /** The header of the next file. */
    SegmentHeader next() {
        return new SegmentHeader(last.incrementAndGet(), salts.getAsLong(), wallClock.millis(), setup.node());
    }

    /**
     * The next segment; null when there can be none now. Whether one can follow it is known when it is handed out: the segment
     * may be full before anybody has had the time to make another one.
     */
    synchronized @Nullable Segment take() {
        prepare();
        Segment taken = spare;
        spare = null;
        if (taken != null) {
            triedAt = nanoClock.getAsLong();
            try {
                checkRoom();
            } catch (IOException e) {
                fails(e);
            }
        }
        return taken;
    }

    /** Makes the next one ahead, if there is none. After a failure not at once again. */
    synchronized void prepare() {
        if (spare != null || (!trouble.isEmpty() && nanoClock.getAsLong() - triedAt < RETRY_NANOS)) {
            return;
        }
        triedAt = nanoClock.getAsLong();
        try {
            spare = make();
            if (!trouble.isEmpty()) {
                LOG.info("the usage journal has room again");
            }
            trouble = "";
        } catch (IOException e) {
            fails(e);
        }
    }

    private void fails(IOException cause) {
        if (trouble.isEmpty()) {
            LOG.error("the usage journal has no room for more: {}", cause.toString());
        }
        trouble = reason(cause);
    }

    private static String reason(IOException cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private Segment make() throws IOException {
        checkRoom();
        SegmentHeader header = next();
        Segment made =
                Segment.create(files.path(header.sequence(), JournalFiles.SEGMENT), header, setup.segmentBytes());
        files.force();
        return made;
    }

    private void checkRoom() throws IOException {
        long bytes = setup.segmentBytes();
        long used = files.list().bytes();
        if (used + bytes > setup.config().maxBytes()) {
            throw new IOException("it holds " + used + " bytes of at most "
                    + setup.config().maxBytes() + " (journal.max-size) that are not in the ledger yet");
        }
        long free = Files.getFileStore(files.directory()).getUsableSpace();
        if (free < bytes) {
            // Not even tried: it would take the last bytes from everyone else for a moment.
            throw new IOException("the disk of " + files.directory() + " has " + free + " bytes left");
        }
    }

    /** Why there is no segment ahead; empty when there is one, or nobody has needed one yet. */
    String trouble() {
        return trouble;
    }

    /** Forgets the spare one. */
    synchronized void drop() {
        if (spare != null) {
            try {
                spare.delete();
            } catch (IOException e) {
                LOG.debug("an empty segment stays", e);
            }
            spare = null;
        }
    }
}
