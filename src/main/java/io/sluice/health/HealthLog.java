package io.sluice.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.health.Word;
import io.sluice.domain.health.WordLine;
import io.sluice.domain.health.Words;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps words over a restart, also over {@code kill -9}: {@code health.log} in the data directory, to which lines are only
 * appended. What a crash left of a line at its end is cut off; a line that is damaged is left out, and said once.
 *
 * <pre>
 * crc32c of the rest, 8 hex digits ⇥ {@link WordLine}
 * </pre>
 *
 * <p>When it has grown to many times what still counts, what counts is written to another file, which is forced to disk and
 * takes its name: the file is bounded by what counts, or {@value #SMALL_BYTES} bytes. Every method blocks; one thread at a
 * time.
 */
final class HealthLog implements AutoCloseable {
    /** A file of fewer bytes is left as it is. */
    static final int SMALL_BYTES = 256 * 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(HealthLog.class);
    private static final int CRC_DIGITS = 8;
    private static final int MAX_LINE = CRC_DIGITS + 1 + WordLine.MAX_BYTES;
    private static final int READ_BYTES = 64 * 1_024;
    private static final int GROWTH = 4;

    private final Path file;
    private FileChannel channel;
    private long size;
    private long compactAt;

    private HealthLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens the log of a data directory; makes both where they are not there.
     *
     * @param dataDir the node's data directory
     * @param into hears every word that is kept
     * @throws IOException with a sentence for the operator: the file is in use by another process, or unusable
     */
    static HealthLog open(Path dataDir, Words into) throws IOException {
        Path file = dataDir.resolve("health.log");
        Files.createDirectories(dataDir, attributes(file, "rwx------"));
        HealthLog log = new HealthLog(file, openLocked(file));
        try {
            log.load(into);
            log.compactWhenLarge(into.all());
            return log;
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /**
     * Appends words, in this order. Whatever it fails with, the file is as it was before, or is made so by the next append.
     *
     * @param force whether they must be on disk, and not only with the operating system
     * @throws IOException when they could not be written
     */
    void append(List<Word> words, boolean force) throws IOException {
        long there = channel.size();
        if (there > size) {
            channel.truncate(size);
        } else {
            size = there;
        }
        size = write(channel, size, words);
        if (force) {
            channel.force(false);
        }
    }

    /** Whether most of it does not count any more. */
    boolean isLarge() {
        return size > compactAt;
    }

    /**
     * Leaves out what does not count any more, when that is most of it.
     *
     * @param counting every word that counts
     */
    void compactWhenLarge(List<Word> counting) throws IOException {
        if (!isLarge()) {
            return;
        }
        Path fresh = file.resolveSibling("health.log.new");
        Files.deleteIfExists(fresh);
        FileChannel next = openLocked(fresh);
        try {
            long bytes = write(next, 0, counting);
            next.force(true);
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            channel.close();
            channel = next;
            size = bytes;
            compactAt = Math.max(SMALL_BYTES, GROWTH * bytes);
        } catch (IOException | RuntimeException e) {
            next.close();
            throw e;
        }
    }

    /** Lets another process have the file. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void load(Words into) throws IOException {
        Lines lines = new Lines(into);
        ByteBuffer bytes = ByteBuffer.allocate(READ_BYTES);
        long at = 0;
        while (channel.read(bytes, at) > 0) {
            bytes.flip();
            at += bytes.remaining();
            lines.read(bytes);
            bytes.clear();
        }
        if (lines.damaged > 0) {
            LOG.warn(
                    "{} lines of {} cannot be read and are left out; the first is line {}",
                    lines.damaged,
                    file,
                    lines.firstDamaged);
        }
        size = lines.wholeBytes;
        if (at > size) {
            channel.truncate(size);
        }
        compactAt = Math.max(SMALL_BYTES, GROWTH * lines.liveBytes(into));
    }

    private static long write(FileChannel to, long at, List<Word> words) throws IOException {
        StringBuilder lines = new StringBuilder();
        words.forEach(word -> lines.append(line(word)));
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(UTF_8));
        long end = at;
        while (bytes.hasRemaining()) {
            end += to.write(bytes, end);
        }
        return end;
    }

    private static String line(Word word) {
        String text = WordLine.of(word);
        byte[] bytes = text.getBytes(UTF_8);
        return crc(bytes, 0, bytes.length) + '\t' + text + '\n';
    }

    private static String crc(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private static FileChannel openLocked(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                attributes(file, "rw-------"));
        boolean mine = false;
        try {
            mine = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            LOG.debug("held in this process", e);
        } finally {
            if (!mine) {
                channel.close();
            }
        }
        if (!mine) {
            throw new IOException(file + " is in use by another process");
        }
        return channel;
    }

    private static FileAttribute<?>[] attributes(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Takes bytes apart into lines, in bounded memory whatever they are. */
    private static final class Lines {
        private final Words into;
        private final byte[] line = new byte[MAX_LINE];
        private int length;
        private long seen;
        private long lines;
        private long wholeBytes;
        private long damaged;
        private long firstDamaged;

        Lines(Words into) {
            this.into = into;
        }

        void read(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                byte next = bytes.get();
                seen++;
                if (next == '\n') {
                    lines++;
                    take();
                    length = 0;
                    wholeBytes = seen;
                } else if (length < MAX_LINE) {
                    line[length++] = next;
                } else {
                    length = Integer.MAX_VALUE;
                }
            }
        }

        private void take() {
            if (length <= MAX_LINE && isWhole()) {
                try {
                    int from = CRC_DIGITS + 1;
                    into.merge(WordLine.read(new String(line, from, length - from, UTF_8)));
                    return;
                } catch (IllegalArgumentException e) {
                    LOG.debug("a word cannot be read", e);
                }
            }
            if (damaged++ == 0) {
                firstDamaged = lines;
            }
        }

        private boolean isWhole() {
            return length > CRC_DIGITS
                    && line[CRC_DIGITS] == '\t'
                    && Arrays.equals(
                            line,
                            0,
                            CRC_DIGITS,
                            crc(line, CRC_DIGITS + 1, length).getBytes(UTF_8),
                            0,
                            CRC_DIGITS);
        }

        long liveBytes(Words words) {
            return words.all().stream()
                    .mapToLong(word -> line(word).getBytes(UTF_8).length)
                    .sum();
        }
    }
}
