package io.sluice.usage.journal;

import io.sluice.config.JournalConfig.Fsync;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the files on a thread of its own: forces what was written within 50 ms, makes the next segment ahead, and writes
 * everything again when somebody removes the directory.
 */
final class Keeper implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final long GATHER_NANOS = 20_000_000;
    private static final long IDLE_NANOS = 100_000_000;
    private static final long LOOK_NANOS = 500_000_000;
    /** After a failure with nothing to force since. */
    private static final long TRUST_NANOS = 5_000_000_000L;

    private final JournalFiles files;
    private final SegmentSupply supply;
    private final Backlog backlog;
    private final JournalSetup setup;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Appender appender;
    private volatile long failedAt;
    private volatile boolean dirty;
    private volatile boolean closing;
    private volatile String trouble = "";
    private volatile String place = "";

    /**
     * Looks after nothing yet.
     *
     * @param files the directory
     * @param supply of segments
     * @param backlog the segments
     * @param setup clock, policy and meters
     */
    Keeper(JournalFiles files, SegmentSupply supply, Backlog backlog, JournalSetup setup) {
        this.files = files;
        this.supply = supply;
        this.backlog = backlog;
        this.setup = setup;
    }

    /** Whose segment it looks after; before it runs. */
    void of(Appender writer) {
        appender = writer;
    }

    /** Something was written. On any thread. */
    void written() {
        if (!dirty) {
            dirty = true;
            wake();
        }
    }

    /** Looks now. On any thread. */
    void wake() {
        Thread sleeping = thread;
        if (sleeping != null) {
            LockSupport.unpark(sleeping);
        }
    }

    /** What the disk refuses beside room; empty for nothing. */
    String trouble() {
        return place.isEmpty() ? trouble : place;
    }

    /** Whether what is written does not reach the disk. */
    boolean isForceFailing() {
        return !trouble.isEmpty();
    }

    void close() {
        closing = true;
        wake();
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        long lookedAt = setup.nanoClock().getAsLong();
        while (!closing) {
            LockSupport.parkNanos(dirty ? GATHER_NANOS : IDLE_NANOS);
            try {
                forceAll();
                long now = setup.nanoClock().getAsLong();
                if (now - lookedAt >= LOOK_NANOS) {
                    lookedAt = now;
                    look();
                }
                supply.prepare();
            } catch (RuntimeException e) {
                LOG.error("the usage journal is not looked after by a defect", e);
            }
        }
        forceAll();
    }

    private void forceAll() {
        if (!dirty && trouble.isEmpty()) {
            return;
        }
        dirty = false;
        if (setup.config().fsync() == Fsync.OFF) {
            return;
        }
        boolean failed = false;
        boolean worked = false;
        for (Segment segment : backlog.all()) {
            if (segment.isDirty()) {
                boolean forced = force(segment);
                failed |= !forced;
                worked |= forced;
            }
        }
        Appender writer = appender;
        if (failed && writer != null) {
            // What the disk has refused once it may call forced the next time.
            writer.rotate();
        } else if (worked || setup.nanoClock().getAsLong() - failedAt > TRUST_NANOS) {
            trouble = "";
        }
    }

    /** Brings a segment to the disk; false when that fails, which is counted. */
    boolean force(Segment segment) {
        try {
            long begun = setup.nanoClock().getAsLong();
            segment.force();
            setup.metrics().forced(setup.nanoClock().getAsLong() - begun);
            return true;
        } catch (IOException e) {
            setup.metrics().forceFailed();
            if (trouble.isEmpty()) {
                LOG.error("the disk does not take {}: {}", segment.path(), e.toString());
            }
            failedAt = setup.nanoClock().getAsLong();
            trouble = "the disk does not take what is written: " + e.getMessage();
            segment.giveUpForce();
            return false;
        }
    }

    /** Somebody may have removed the directory, or put another one in its place. */
    private void look() {
        Appender writer = appender;
        if (writer == null || (files.isInPlace() && writer.isInPlace())) {
            place = "";
            return;
        }
        if (place.isEmpty()) {
            LOG.error(
                    "{} was removed while it is in use; what is not in the ledger yet is written again",
                    files.directory());
        }
        place = "its directory " + files.directory() + " was removed";
        try {
            files.remake();
            writer.rotate();
            supply.drop();
            for (Segment segment : backlog.all()) {
                if (segment.isSealed() && !segment.isInPlace()) {
                    segment.restore();
                }
            }
            files.force();
            place = "";
            LOG.info("{} is whole again", files.directory());
        } catch (IOException e) {
            place = "its directory " + files.directory() + " was removed, and cannot be made again: " + e.getMessage();
        }
    }
}
