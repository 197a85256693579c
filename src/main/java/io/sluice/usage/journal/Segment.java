package io.sluice.usage.journal;

import io.sluice.disk.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One file of the journal. It takes its whole room on the disk when it is made, so that a full disk is met then, and not by the
 * record of a request that is running.
 *
 * <p>One thread writes, another one may read what {@link #end} says is written. The file of this run stays open until it is
 * closed, so that what is in it can be read even when somebody removes it.
 */
final class Segment {
    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

    private final SegmentHeader header;
    private final long capacity;
    private final AtomicLong forced = new AtomicLong(SegmentHeader.BYTES);
    private final Path path;
    private volatile @Nullable FileChannel channel;
    private volatile @Nullable Object key;
    private volatile long end;
    private volatile long records;
    private volatile boolean sealed;

    private Segment(Path path, SegmentHeader header, @Nullable FileChannel channel, long end, long capacity) {
        this.path = path;
        this.header = header;
        this.channel = channel;
        this.end = end;
        this.capacity = capacity;
        this.sealed = channel == null;
    }

    /**
     * Makes one. Blocks.
     *
     * @param capacity bytes that it takes on the disk
     * @throws IOException when there is no room; then nothing of it is left
     */
    static Segment create(Path path, SegmentHeader header, long capacity) throws IOException {
        FileChannel channel = FileChannel.open(path, NEW, PrivateFiles.file(path));
        try {
            writeFully(channel, header.bytes(), 0);
            ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
            for (long at = SegmentHeader.BYTES; at < capacity; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), capacity - at));
                writeFully(channel, zeros, at);
            }
            Segment made = new Segment(path, header, channel, SegmentHeader.BYTES, capacity);
            made.key = keyOf(path);
            return made;
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /**
     * One of an earlier run.
     *
     * @param records how many of its records are still to be read
     */
    static Segment old(Path path, SegmentHeader header, long size, long records) {
        Segment old = new Segment(path, header, null, size, size);
        old.records = records;
        return old;
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long to = at;
        while (bytes.hasRemaining()) {
            to += channel.write(bytes, to);
        }
    }

    SegmentHeader header() {
        return header;
    }

    Path path() {
        return path;
    }

    /** Behind the last byte that was written. */
    long end() {
        return end;
    }

    /** How many bytes may still be written. */
    long room() {
        return sealed ? 0 : capacity - end;
    }

    boolean isSealed() {
        return sealed;
    }

    /** How many records it holds that are not known to have been read by an earlier run. */
    long records() {
        return records;
    }

    /**
     * Appends records; all of them, or none that counts. By one thread.
     *
     * @param count how many they are
     */
    void append(ByteBuffer bytes, int count) throws IOException {
        int size = bytes.remaining();
        writeFully(open(), bytes, end);
        records += count;
        end += size;
    }

    /** Whether something has been written since it was forced; what an earlier run wrote is its business. */
    boolean isDirty() {
        return channel != null && forced.get() < end;
    }

    /** Brings what was written to the disk. Blocks; on any thread. */
    void force() throws IOException {
        long until = end;
        open().force(false);
        forced.accumulateAndGet(until, Math::max);
    }

    /** What was written counts as forced, though nobody knows: asked again, the system may say that all is well. */
    void giveUpForce() {
        forced.accumulateAndGet(end, Math::max);
    }

    /** Takes no more, and gives back the room that it did not need. */
    void seal() {
        sealed = true;
        FileChannel of = channel;
        if (of != null) {
            try {
                of.truncate(end);
            } catch (IOException e) {
                // It keeps its room until it is read to its end.
                sealed = true;
            }
        }
    }

    /** Whether its file is still where it was made; also so when an earlier run made it, which nobody can write again. */
    boolean isInPlace() {
        if (channel == null) {
            return true;
        }
        try {
            return Objects.equals(key, keyOf(path));
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes a file that was removed again, at its old place. Only of a sealed one; blocks. */
    void restore() throws IOException {
        FileChannel of = open();
        FileChannel copy = FileChannel.open(path, NEW, PrivateFiles.file(path));
        try {
            for (long at = 0; at < end; ) {
                at += of.transferTo(at, end - at, copy);
            }
            copy.force(true);
            key = keyOf(path);
        } catch (IOException | RuntimeException e) {
            copy.close();
            throw e;
        }
        channel = copy;
        of.close();
    }

    /** What tells a file from another one of the same name; null where the file system does not say. */
    private static @Nullable Object keyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /**
     * Reads it. Blocks.
     *
     * @param reading is given the file, open
     */
    <T> T read(Reading<T> reading) throws IOException {
        FileChannel of = channel;
        if (of != null) {
            return reading.read(of);
        }
        try (FileChannel old = FileChannel.open(path, StandardOpenOption.READ)) {
            return reading.read(old);
        }
    }

    /** Something that is done with an open file. */
    @FunctionalInterface
    interface Reading<T> {
        T read(FileChannel channel) throws IOException;
    }

    /** Ends its use; the file stays. */
    void close() throws IOException {
        FileChannel of = channel;
        if (of != null) {
            of.close();
        }
    }

    /** Ends its use, and the file. */
    void delete() throws IOException {
        close();
        Files.deleteIfExists(path);
    }

    private FileChannel open() {
        return Objects.requireNonNull(channel, "a segment of an earlier run is not written");
    }
}
