package io.sluice.usage.journal;

import io.sluice.disk.PrivateFiles;
import io.sluice.message.UsageRecord;
import io.sluice.metrics.JournalMetrics;
import io.sluice.usage.journal.Frames.Damage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What cannot go into the ledger is set aside into files of its own, each thing once, and reported: damaged stretches of a
 * segment, files that are no segment, records that the ledger refuses. Blocks on the disk; one thread at a time.
 */
final class Quarantine {
    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
    private static final int MOST_STRETCHES = 16;
    private static final long MOST_STRETCH_BYTES = 1 << 20;

    private final JournalFiles files;
    private final JournalMetrics metrics;
    private final Numbers numbers;
    private final long mostBytes;
    private final ByteBuffer buffer = ByteBuffer.allocate(Frames.HEAD + RecordCodec.MAX_BYTES);
    private final Map<Long, Set<Long>> stretches = new HashMap<>();
    private final AtomicReference<String> news = new AtomicReference<>("");
    private @Nullable Segment rejected;

    /** Gives headers for new files. */
    @FunctionalInterface
    interface Numbers {
        SegmentHeader next();
    }

    /**
     * Nothing is set aside yet.
     *
     * @param files the directory
     * @param metrics counts what is set aside
     * @param numbers gives a number for a new file
     * @param mostBytes what refused records of this run may take; what is more is only logged
     */
    Quarantine(JournalFiles files, JournalMetrics metrics, Numbers numbers, long mostBytes) {
        this.files = files;
        this.metrics = metrics;
        this.numbers = numbers;
        this.mostBytes = mostBytes;
    }

    /** A file that is no segment. */
    void whole(Path path, String why) throws IOException {
        String name = path.getFileName().toString();
        Path aside = path.resolveSibling(
                name.substring(0, name.length() - JournalFiles.SEGMENT.length()) + JournalFiles.CORRUPT);
        if (Files.exists(aside)) {
            aside = files.damage(numbers.next().sequence(), 0);
        }
        Files.move(path, aside);
        metrics.setAside("file");
        tell("%s was set aside as %s: %s.".formatted(path, aside.getFileName(), why));
    }

    /**
     * A stretch that is no record.
     *
     * @return whether it is safe in a file of its own
     */
    boolean stretch(Segment segment, Damage damage) {
        long sequence = segment.header().sequence();
        Path aside = files.damage(sequence, damage.from());
        Set<Long> known = stretches.computeIfAbsent(sequence, any -> new HashSet<>());
        if (Files.exists(aside) || known.size() == MOST_STRETCHES || !known.add(damage.from())) {
            return Files.exists(aside);
        }
        long bytes = damage.to() - damage.from();
        metrics.setAside("stretch");
        try {
            segment.read(channel -> copy(channel, damage, aside));
            tell(
                    "%d bytes of %s from byte %d on are %s, and were set aside as %s; the whole records around them are kept."
                            .formatted(
                                    bytes,
                                    segment.path(),
                                    damage.from(),
                                    damage.isTail() ? "the rest of a record that was cut short, or damage" : "damaged",
                                    aside.getFileName()));
            return true;
        } catch (IOException e) {
            tell("%d bytes of %s from byte %d on are damaged, and cannot be set aside: %s."
                    .formatted(bytes, segment.path(), damage.from(), e));
            return false;
        }
    }

    private static long copy(FileChannel channel, Damage damage, Path aside) throws IOException {
        long most = Math.min(damage.to() - damage.from(), MOST_STRETCH_BYTES);
        try (FileChannel copy = FileChannel.open(
                aside, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), PrivateFiles.file(aside))) {
            return channel.transferTo(damage.from(), most, copy);
        }
    }

    /**
     * A record that the ledger refuses.
     *
     * @throws IOException when it cannot be kept; then it has to be offered again
     */
    void refused(UsageRecord usage, String why) throws IOException {
        buffer.clear().position(Frames.HEAD);
        RecordCodec.write(usage, buffer);
        keep();
        tell("usage record %s of key '%s' was refused by the ledger and set aside: %s."
                .formatted(usage.requestId(), usage.caller().key(), why));
    }

    /**
     * A record that this program does not know, as its bytes.
     *
     * @throws IOException when it cannot be kept; then it has to be offered again
     */
    void unknown(byte[] usage, String why) throws IOException {
        buffer.clear().position(Frames.HEAD).put(usage);
        keep();
        tell("a usage record of %d bytes cannot be understood and was set aside: %s.".formatted(usage.length, why));
    }

    private void keep() throws IOException {
        Segment file = rejected;
        if (file == null) {
            SegmentHeader header = numbers.next();
            file = Segment.create(files.path(header.sequence(), JournalFiles.REJECTED), header, SegmentHeader.BYTES);
            rejected = file;
        }
        metrics.setAside("record");
        if (file.end() + buffer.position() > mostBytes) {
            metrics.lost(1);
            LOG.error("{} is full: records that the ledger refuses are not kept any more", file.path());
            return;
        }
        Frames.seal(buffer, 0, file.header().salt());
        file.append(buffer.flip(), 1);
        file.force();
    }

    private void tell(String text) {
        LOG.error("usage journal: {}", text);
        news.set(text);
    }

    /** What was set aside last, once; empty for nothing new. On any thread. */
    String news() {
        return news.getAndSet("");
    }

    void close() throws IOException {
        if (rejected != null) {
            rejected.close();
        }
    }
}
