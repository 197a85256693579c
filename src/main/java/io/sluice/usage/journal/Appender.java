package io.sluice.usage.journal;

import io.sluice.config.JournalConfig.Fsync;
import io.sluice.config.JournalConfig.WhenFull;
import io.sluice.message.UsageRecord;
import io.sluice.metrics.JournalMetrics;
import io.sluice.usage.journal.UsageJournal.Receipt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes everything that has come while it wrote, writes it with one call, and then tells all of
 * those who wait.
 *
 * <pre>
 *   queue ─▶ written ─▶ (forced) ─▶ KEPT
 *     │          │
 *     │          └ no room: refuse ─▶ held until there is some; count ─▶ LOST
 *     └ the queue is full ─▶ LOST
 * </pre>
 */
final class Appender implements Runnable {
    /** Most records that wait to be written. */
    static final int MOST_QUEUED = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(Appender.class);
    private static final int MOST_AT_ONCE = 1_024;
    private static final int BUFFER = 1 << 20;
    private static final long IDLE_MILLIS = 200;
    private static final long HELD_NANOS = 50_000_000;

    private final SegmentSupply supply;
    private final Backlog backlog;
    private final Keeper keeper;
    private final JournalSetup setup;
    private final JournalMetrics metrics;
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(MOST_QUEUED);
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private @Nullable Segment current;
    private volatile boolean closing;
    private volatile boolean holds;

    /** A record and who waits for it. */
    private record Pending(UsageRecord usage, Consumer<Receipt> waits, long sinceNanos) {}

    /**
     * Writes nothing yet.
     *
     * @param supply of segments
     * @param backlog is told of every segment and every record
     * @param keeper forces what is written
     * @param setup clock, policy and meters
     */
    Appender(SegmentSupply supply, Backlog backlog, Keeper keeper, JournalSetup setup) {
        this.supply = supply;
        this.backlog = backlog;
        this.keeper = keeper;
        this.setup = setup;
        this.metrics = setup.metrics();
    }

    /** Takes a record to write; on any thread. */
    void append(UsageRecord usage, Consumer<Receipt> waits) {
        if (closing || !queue.offer(new Pending(usage, waits, setup.nanoClock().getAsLong()))) {
            metrics.lost(1);
            waits.accept(Receipt.LOST);
        }
    }

    /** Whether more is waiting to be written than a working disk ever lets wait. */
    boolean isPressed() {
        return holds || queue.size() > MOST_QUEUED / 2;
    }

    /** Takes no more; what has been taken is written, if that is possible at once. */
    void close() {
        closing = true;
    }

    @Override
    public void run() {
        List<Pending> batch = new ArrayList<>(MOST_AT_ONCE);
        while (!closing || !queue.isEmpty()) {
            try {
                Pending first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, MOST_AT_ONCE - 1);
                    commit(batch);
                }
            } catch (InterruptedException e) {
                LOG.debug("nobody interrupts this thread", e);
            } catch (RuntimeException | Error e) {
                LOG.error("{} usage records are lost by a defect", batch.size(), e);
                lose(batch);
            }
            batch.clear();
        }
        rotate();
    }

    private void commit(List<Pending> batch) {
        int done = 0;
        while (done < batch.size()) {
            int written = write(batch, done);
            if (written >= 0) {
                done += written;
                holds = false;
            } else if (closing || setup.config().whenFull() == WhenFull.COUNT) {
                lose(batch.subList(done, batch.size()));
                return;
            } else {
                holds = true;
                LockSupport.parkNanos(HELD_NANOS);
            }
        }
        holds = false;
    }

    private void lose(List<Pending> records) {
        metrics.lost(records.size());
        tell(records, Receipt.LOST);
    }

    /**
     * Writes as many as go with one call.
     *
     * @return how many; -1 when there is no room
     */
    private synchronized int write(List<Pending> batch, int from) {
        Segment segment = current == null ? supply.take() : current;
        if (segment == null) {
            return -1;
        }
        if (segment != current) {
            backlog.add(segment);
            current = segment;
            // Whether there is a next one must be known while this one is empty.
            keeper.wake();
        }
        int count = encode(batch, from, segment);
        if (count == 0) {
            rotate();
            return 0;
        }
        try {
            segment.append(buffer.flip(), count);
        } catch (IOException e) {
            LOG.error("{} cannot be written, and the next segment is begun: {}", segment.path(), e.toString());
            rotate();
            return 0;
        }
        List<Pending> written = batch.subList(from, from + count);
        if (setup.config().fsync() == Fsync.EACH && !keeper.force(segment)) {
            rotate();
            tell(written, Receipt.NOT_FORCED);
            return count;
        }
        keeper.written();
        metrics.appended(
                count, setup.nanoClock().getAsLong() - written.getFirst().sinceNanos());
        tell(written, Receipt.KEPT);
        return count;
    }

    /** As many records as fit into buffer and segment; 0 when the segment is full. */
    private int encode(List<Pending> batch, int from, Segment segment) {
        buffer.clear();
        int count = 0;
        while (from + count < batch.size() && buffer.remaining() >= Frames.HEAD + RecordCodec.MAX_BYTES) {
            int at = buffer.position();
            buffer.position(at + Frames.HEAD);
            RecordCodec.write(batch.get(from + count).usage(), buffer);
            if (buffer.position() > segment.room()) {
                buffer.position(at);
                break;
            }
            Frames.seal(buffer, at, segment.header().salt());
            count++;
        }
        return count;
    }

    /** Ends the present segment; the next record begins another one. On any thread. */
    synchronized void rotate() {
        if (current != null) {
            current.seal();
            current = null;
        }
    }

    /** Whether the present segment is where it was made. */
    synchronized boolean isInPlace() {
        return current == null || current.isInPlace();
    }

    private void tell(List<Pending> records, Receipt receipt) {
        List<Consumer<Receipt>> waiting = records.stream().map(Pending::waits).toList();
        setup.receipts().execute(() -> waiting.forEach(waits -> waits.accept(receipt)));
    }
}
