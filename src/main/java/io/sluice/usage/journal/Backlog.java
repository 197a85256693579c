package io.sluice.usage.journal;

import io.sluice.message.UsageRecord;
import io.sluice.usage.journal.RecordCodec.MalformedRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments with records that are not in the ledger yet, read from the disk in order. One thread reads at a time; others may
 * add segments and ask how much there is.
 */
final class Backlog {
    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);
    private static final long MOST_BYTES = 4L << 20;
    private static final int MOST_FAILURES = 5;

    private final JournalFiles files;
    private final Quarantine quarantine;
    private final NavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final AtomicLong offsetInFirst = new AtomicLong();
    private final AtomicLong takenFromFirst = new AtomicLong();
    private Position position;
    private int failures;

    /**
     * Nothing waits.
     *
     * @param files the directory
     * @param quarantine for what cannot be read
     * @param position up to where earlier runs have read
     */
    Backlog(JournalFiles files, Quarantine quarantine, Position position) {
        this.files = files;
        this.quarantine = quarantine;
        this.position = position;
    }

    /**
     * Records that were read.
     *
     * @param records in order
     * @param to behind the last one
     * @param count how many there were, with those that were set aside on the way
     */
    record Batch(List<UsageRecord> records, Position to, long count) {}

    /** Adds a segment of the highest number so far. */
    void add(Segment segment) {
        if (segments.isEmpty()) {
            begin(position.startIn(segment.header()), 0);
        }
        segments.put(segment.header().sequence(), segment);
    }

    /** Records that are not in the ledger yet. */
    long waiting() {
        long sum = 0;
        for (Segment segment : segments.values()) {
            sum += segment.records();
        }
        return Math.max(0, sum - takenFromFirst.get());
    }

    /** Bytes of records that are not in the ledger yet. */
    long bytes() {
        long sum = 0;
        for (Segment segment : segments.values()) {
            sum += segment.end() - SegmentHeader.BYTES;
        }
        return Math.max(0, sum - offsetInFirst.get());
    }

    /** Every segment that is open. */
    List<Segment> all() {
        return List.copyOf(segments.values());
    }

    /**
     * Reads on from what was {@link #done}.
     *
     * @param most how many records
     * @throws IOException when the disk does not give them
     */
    Batch read(int most) throws IOException {
        List<UsageRecord> records = new ArrayList<>();
        Position at = position;
        long count = 0;
        long bytes = 0;
        Map.Entry<Long, Segment> entry = segments.firstEntry();
        while (entry != null && count < most && bytes < MOST_BYTES) {
            Segment segment = entry.getValue();
            boolean isWhole = segment.isSealed();
            long from = at.startIn(segment.header());
            Taken taken;
            try {
                int room = most - (int) count;
                taken = segment.read(channel -> take(segment, channel, from, room, records));
                failures = 0;
            } catch (IOException e) {
                if (isHopeless(e)) {
                    forget(segment, e);
                    entry = segments.higherEntry(entry.getKey());
                    continue;
                }
                throw e;
            }
            count += taken.count();
            bytes += taken.to() - from;
            at = new Position(entry.getKey(), segment.header().salt(), taken.to());
            if (!isWhole || taken.to() < segment.end()) {
                break;
            }
            entry = segments.higherEntry(entry.getKey());
        }
        return new Batch(records, at, count);
    }

    private record Taken(long to, long count) {}

    private Taken take(Segment segment, FileChannel channel, long from, int most, List<UsageRecord> into)
            throws IOException {
        long end = segment.end();
        Frames frames = new Frames(channel, segment.header().salt(), from, end);
        long count = 0;
        while (count < most && frames.position() - from < MOST_BYTES) {
            ByteBuffer bytes = frames.next();
            if (frames.damage().isSome()) {
                quarantine.stretch(segment, frames.damage());
            }
            if (bytes == null) {
                return new Taken(end, count);
            }
            count++;
            try {
                into.add(RecordCodec.read(bytes.duplicate()));
            } catch (MalformedRecord e) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                quarantine.unknown(copy, String.valueOf(e.getMessage()));
            }
        }
        return new Taken(frames.position(), count);
    }

    private boolean isHopeless(IOException cause) {
        failures++;
        return cause instanceof NoSuchFileException || failures >= MOST_FAILURES;
    }

    /** The file stays, if it is there. */
    private void forget(Segment segment, IOException cause) throws IOException {
        failures = 0;
        LOG.error("{} cannot be read, and is left for the next start: {}", segment.path(), cause.toString());
        boolean isFirst = segments.firstEntry().getValue() == segment;
        segments.remove(segment.header().sequence());
        if (isFirst) {
            begin(SegmentHeader.BYTES, 0);
        }
        segment.close();
    }

    /** These records are in the ledger, or set aside. */
    void done(Batch batch) {
        Position to = batch.to();
        if (to.equals(position)) {
            return;
        }
        position = to;
        try {
            to.write(files.directory());
        } catch (IOException e) {
            LOG.debug("records will be offered again after a restart", e);
        }
        long skipped = takenFromFirst.get() + batch.count();
        long offset = to.offset();
        while (!segments.isEmpty()) {
            Segment first = segments.firstEntry().getValue();
            if (!isDrained(first)) {
                break;
            }
            skipped -= first.records();
            if (first.header().sequence() == to.sequence()) {
                offset = SegmentHeader.BYTES;
            }
            segments.pollFirstEntry();
            delete(first);
        }
        begin(offset, Math.max(0, skipped));
    }

    private boolean isDrained(Segment segment) {
        long sequence = segment.header().sequence();
        return sequence < position.sequence()
                || (sequence == position.sequence() && segment.isSealed() && position.offset() >= segment.end());
    }

    private static void delete(Segment drained) {
        try {
            drained.delete();
        } catch (IOException e) {
            LOG.warn("{} is in the ledger and cannot be deleted: {}", drained.path(), e.toString());
        }
    }

    private void begin(long offset, long taken) {
        offsetInFirst.set(offset - SegmentHeader.BYTES);
        takenFromFirst.set(taken);
    }

    /** Ends the use of every file; they stay, but for those without a record that is not in the ledger. */
    void close() throws IOException {
        for (Segment segment : all()) {
            if (segment.end() == SegmentHeader.BYTES || isDrained(segment)) {
                delete(segment);
            } else {
                segment.close();
            }
        }
    }
}
