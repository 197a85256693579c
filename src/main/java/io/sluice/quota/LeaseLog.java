package io.sluice.quota;

import io.sluice.disk.DirectoryLock;
import io.sluice.disk.PrivateFiles;
import io.sluice.domain.lease.QuotaGroup;
import io.sluice.domain.quota.DayWindow;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the windows over a restart, also over {@code kill -9}; not over a restart of the machine, whose monotonic clock
 * begins anew. Two mapped files take turns: when one is full, everything that still counts is written to the other, which
 * is sealed and counts from then on, and the full one is cleared by a worker. So the newest sealed file is always the
 * whole truth, nothing grows, and an append is a few stores to memory.
 *
 * <p>When nothing reliable is found, what was charged is unknown and every window starts full. Only the very first start,
 * with no directory there, begins empty.
 *
 * <p>Opened and begun on one thread, which hands it over; from then on confined to the book's thread. The worker touches
 * only files that do not count. While it cannot make one ready the log is void: traffic goes on, and a restart in between
 * finds nothing reliable.
 */
public final class LeaseLog implements Journal, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseLog.class);
    private static final long RETRY_NANOS = 1_000_000_000;

    private final Disk disk;
    private final DirectoryLock lock;
    private final long unknownUntil;
    private final Queue<Slot> spares = new ConcurrentLinkedQueue<>();
    private final Slot newest;
    private final Slot other;
    private final boolean recovers;
    private @Nullable QuotaGroup group;
    private @Nullable Slot active;
    private long sequence;
    private int wantedBytes;
    private long retryAt = Long.MIN_VALUE;

    /**
     * Where a log lives.
     *
     * @param dataDir the node's data directory; the log makes {@code quota} in it
     * @param boot the present run of the machine
     * @param segmentBytes size of each of the two files; they grow when what counts needs more
     * @param worker runs what blocks
     */
    public record Disk(Path dataDir, BootIdentity boot, int segmentBytes, Executor worker) {}

    /** A file, and what is mapped of it. */
    private record Slot(Path file, LeaseSegment segment) {}

    private LeaseLog(Disk disk, DirectoryLock lock, Slot newest, Slot other, boolean recovers, long unknownUntil) {
        this.disk = disk;
        this.lock = lock;
        this.newest = newest;
        this.other = other;
        this.recovers = recovers;
        this.unknownUntil = unknownUntil;
        this.sequence = newest.segment().sequence();
        this.wantedBytes = disk.segmentBytes();
    }

    /**
     * Opens the log of a data directory. Blocks.
     *
     * @param now the present instant, nanoseconds
     * @param horizonNanos how far ahead of its writing a charge may lie
     * @throws IOException with a sentence for the operator: the directory is in use by another process, or unusable
     */
    public static LeaseLog open(Disk disk, long now, long horizonNanos) throws IOException {
        Path directory = disk.dataDir().resolve("quota");
        boolean firstStart = !Files.exists(directory);
        Files.createDirectories(directory, PrivateFiles.directory(directory));
        DirectoryLock lock = DirectoryLock.take(directory);
        try {
            Slot a = slot(directory.resolve("lease-a.log"));
            Slot b = slot(directory.resolve("lease-b.log"));
            boolean aIsNewest = a.segment().isSealed()
                    && (!b.segment().isSealed()
                            || a.segment().sequence() > b.segment().sequence());
            Slot newest = aIsNewest ? a : b;
            String doubt = firstStart ? "" : doubtIn(newest.segment(), disk.boot(), now + horizonNanos);
            if (!doubt.isEmpty()) {
                LOG.warn("limits start full for the length of their windows: {}", doubt);
            }
            boolean recovers = !firstStart && doubt.isEmpty();
            long unknownUntil = recovers ? newest.segment().unknownUntil() : firstStart ? Long.MIN_VALUE : now;
            return new LeaseLog(disk, lock, newest, aIsNewest ? b : a, recovers, unknownUntil);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Instant up to which nothing is known; {@link Long#MIN_VALUE} when everything is. */
    public long unknownUntil() {
        return unknownUntil;
    }

    /**
     * Repeats what the log holds, and begins to write. Blocks.
     *
     * @param kept without any charge, with this as its journal
     * @param now the present instant, nanoseconds
     * @throws IOException when the disk has no room
     */
    public void begin(QuotaGroup kept, long now) throws IOException {
        if (recovers) {
            newest.segment().read(new Replay(kept));
        }
        group = kept;
        spares.add(cleared(other, wantedBytes));
        turn(now);
        prepare(newest);
    }

    @Override
    public void add(long now, Counted limit, long instant, long units) {
        if (group == null) {
            return; // It comes from the log.
        }
        if (active == null || !append(active.segment(), limit, instant, units)) {
            turn(now);
            if (active != null && !append(active.segment(), limit, instant, units)) {
                retire(active);
                active = null;
            }
        }
    }

    /** Whether every charge is in a file. */
    public boolean isKeeping() {
        return active != null;
    }

    /** Lets another process have the directory. What is written stays. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    /** Goes on in a spare file, which begins with everything that counts. Without one the log is void for a while. */
    private void turn(long now) {
        if (active == null && now < retryAt) {
            return;
        }
        Slot full = active;
        active = null;
        Slot next = spares.poll();
        if (next != null && holdsEverything(next.segment(), now)) {
            next.segment().seal();
            active = next;
        } else {
            retryAt = now + RETRY_NANOS;
            if (next != null) {
                wantedBytes = Math.max(wantedBytes, next.segment().capacity() * 2);
                prepare(next);
            }
        }
        if (full != null) {
            retire(full);
        }
    }

    private boolean holdsEverything(LeaseSegment segment, long now) {
        segment.begin(++sequence, disk.boot(), unknownUntil);
        Checkpoint checkpoint = new Checkpoint(segment);
        if (group != null) {
            group.writeTo(checkpoint);
        }
        // Otherwise it would be full again at once.
        return checkpoint.complete && segment.used() <= segment.capacity() / 2;
    }

    private void retire(Slot slot) {
        if (active == null) {
            slot.segment().revoke();
            LOG.warn("charges are not kept over a restart until a file of the lease log is ready");
        }
        prepare(slot);
    }

    private void prepare(Slot slot) {
        int bytes = wantedBytes;
        disk.worker().execute(() -> {
            try {
                spares.add(cleared(slot, bytes));
            } catch (IOException e) {
                LOG.error("a file of the lease log cannot grow to {} bytes: {}", bytes, e.toString());
                slot.segment().clear();
                spares.add(slot);
            }
        });
    }

    private static Slot cleared(Slot slot, int bytes) throws IOException {
        LeaseSegment segment =
                slot.segment().capacity() >= bytes ? slot.segment() : LeaseSegment.map(slot.file(), bytes);
        segment.clear();
        return new Slot(slot.file(), segment);
    }

    private boolean append(LeaseSegment segment, Counted limit, long instant, long units) {
        int window = (int) limit.tag();
        if (limit.tag() >>> Integer.SIZE != sequence) {
            window = segment.name(
                    name(limit),
                    limit.limit().dimension().ordinal(),
                    limit.limit().window().toNanos());
            if (window < 0) {
                return false;
            }
            limit.tag(sequence << Integer.SIZE | window);
        }
        return segment.charge(window, instant, units);
    }

    /** The scope's id; behind it the zone and the day of a window that follows a calendar. No id has a line break. */
    private static String name(Counted counted) {
        String zone = counted.limit().zone();
        return zone == null || counted.day() == DayWindow.UNKNOWN
                ? counted.scope()
                : counted.scope() + '\n' + zone + '\n' + counted.day();
    }

    private static Slot slot(Path file) throws IOException {
        return new Slot(file, LeaseSegment.map(file, 0));
    }

    /** Why a segment cannot be relied on; empty when it can. */
    private static String doubtIn(LeaseSegment segment, BootIdentity boot, long latest) {
        if (!segment.isSealed()) {
            return "the lease log is missing, incomplete or of another version";
        }
        if (!segment.boot().sameAs(boot)) {
            return "the machine was restarted";
        }
        try {
            segment.read(new Inspection(latest));
            return "";
        } catch (IOException e) {
            return "the lease log cannot be read: " + e.getMessage();
        }
    }

    /** Writes what counts into a new segment. */
    private final class Checkpoint implements Journal {
        private final LeaseSegment segment;
        private boolean complete = true;

        Checkpoint(LeaseSegment segment) {
            this.segment = segment;
        }

        @Override
        public void add(long now, Counted limit, long instant, long units) {
            complete = complete && append(segment, limit, instant, units);
        }
    }

    /** Refuses what this version could not have written. */
    private record Inspection(long latest) implements LeaseSegment.Reader {
        @Override
        public void window(String scope, int dimension, long windowNanos) throws IOException {
            if (dimension < 0 || dimension >= Dimension.values().length || windowNanos <= 0) {
                throw new IOException("unknown kind of window");
            }
            String[] name = scope.split("\n", -1);
            if (name.length != 1 && !(name.length == 3 && name[2].matches("-?[0-9]{1,9}"))) {
                throw new IOException("unknown name of a window");
            }
        }

        @Override
        public void charge(int window, long instant, long units) throws IOException {
            if (instant > latest) {
                throw new IOException("a charge lies in the future");
            }
        }
    }

    /** Brings a segment's charges back. */
    private static final class Replay implements LeaseSegment.Reader {
        private final QuotaGroup group;
        private final List<Window> windows = new ArrayList<>();

        private record Window(String[] name, Dimension dimension, long nanos) {}

        Replay(QuotaGroup group) {
            this.group = group;
        }

        @Override
        public void window(String scope, int dimension, long windowNanos) {
            windows.add(new Window(scope.split("\n", -1), Dimension.values()[dimension], windowNanos));
        }

        @Override
        public void charge(int window, long instant, long units) {
            Window of = windows.get(window);
            String[] name = of.name();
            if (name.length == 1) {
                group.replay(name[0], of.dimension(), of.nanos(), instant, units);
            } else {
                group.replayDay(name[0], of.dimension(), name[1], Long.parseLong(name[2]), instant, units);
            }
        }
    }
}
