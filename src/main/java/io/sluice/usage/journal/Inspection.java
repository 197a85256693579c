package io.sluice.usage.journal;

import io.sluice.usage.journal.Frames.Damage;
import io.sluice.usage.journal.JournalFiles.Entry;
import io.sluice.usage.journal.JournalFiles.Listing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through the files of earlier runs: which records are still to be read, and what is no record. Nothing that it finds
 * stops the start. Blocks on the disk; used once, by one thread.
 */
final class Inspection {
    private static final Logger LOG = LoggerFactory.getLogger(Inspection.class);
    private static final int MOST_NAMES = 5;

    private final JournalFiles files;
    private final Quarantine quarantine;
    private final Position position;
    private final List<Segment> segments = new ArrayList<>();
    private final LongConsumer used;

    /**
     * Nothing is looked at yet.
     *
     * @param files the directory
     * @param quarantine where damage is kept
     * @param used is told the highest number of any file, before anything is set aside
     */
    Inspection(JournalFiles files, Quarantine quarantine, LongConsumer used) {
        this.files = files;
        this.quarantine = quarantine;
        this.used = used;
        this.position = Position.read(files.directory());
    }

    /**
     * Looks.
     *
     * @throws IOException when the directory cannot be read at all
     */
    void run() throws IOException {
        Listing listing = files.list();
        if (!listing.foreign().isEmpty()) {
            List<String> names = listing.foreign();
            LOG.warn(
                    "{} files in {} are not the journal's and are left alone: {}",
                    names.size(),
                    files.directory(),
                    String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size()))));
        }
        used.accept(listing.entries().stream()
                .mapToLong(Entry::sequence)
                .reduce(Math.max(0, position.sequence()), Math::max));
        for (Entry entry : listing.entries()) {
            if (entry.suffix().equals(JournalFiles.SEGMENT)) {
                try {
                    inspect(entry);
                } catch (IOException e) {
                    LOG.error("{} cannot be read now, and is left for the next start", entry.path(), e);
                }
            }
        }
    }

    /** What is to be read, in order. */
    List<Segment> segments() {
        return segments;
    }

    /** Up to where earlier runs have read. */
    Position position() {
        return position;
    }

    private void inspect(Entry entry) throws IOException {
        Path path = entry.path();
        SegmentHeader.Found found;
        boolean isEmpty;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
            while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
                // Up to the end of a short file.
            }
            found = SegmentHeader.read(bytes.flip());
            isEmpty = found.kind() == SegmentHeader.Kind.UNREADABLE && isZero(channel, entry.bytes());
        }
        if (isEmpty) {
            // It was being made.
            Files.delete(path);
            return;
        }
        switch (found.kind()) {
            case OTHER_VERSION ->
                LOG.warn(
                        "{} was written by another version of this program, and is left for it: its records are not in the ledger yet",
                        path);
            case UNREADABLE -> quarantine.whole(path, "it does not begin as a segment");
            case OURS -> {
                if (found.header().sequence() == entry.sequence()) {
                    read(entry, found.header());
                } else {
                    quarantine.whole(
                            path, "it is a copy of segment " + found.header().sequence());
                }
            }
        }
    }

    private void read(Entry entry, SegmentHeader header) throws IOException {
        List<Damage> damages = new ArrayList<>();
        long records = count(entry, header, damages::add);
        Segment segment = Segment.old(entry.path(), header, entry.bytes(), records);
        boolean kept = true;
        for (Damage damage : damages) {
            kept &= quarantine.stretch(segment, damage);
        }
        if (records == 0 && kept) {
            Files.delete(entry.path());
        } else {
            segments.add(segment);
        }
    }

    private long count(Entry entry, SegmentHeader header, Consumer<Damage> damaged) throws IOException {
        try (FileChannel channel = FileChannel.open(entry.path(), StandardOpenOption.READ)) {
            Frames frames = new Frames(channel, header.salt(), position.startIn(header), entry.bytes());
            long records = 0;
            boolean more;
            do {
                more = frames.next() != null;
                records += more ? 1 : 0;
                if (frames.damage().isSome()) {
                    damaged.accept(frames.damage());
                }
            } while (more);
            return records;
        }
    }

    private static boolean isZero(FileChannel channel, long bytes) throws IOException {
        ByteBuffer some = ByteBuffer.allocate(1 << 16);
        for (long at = 0; at < bytes; at += some.limit()) {
            some.clear();
            if (channel.read(some, at) <= 0) {
                return true;
            }
            some.flip();
            if (some.mismatch(ByteBuffer.allocate(some.limit())) >= 0) {
                return false;
            }
        }
        return true;
    }
}
