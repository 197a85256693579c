package io.sluice.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a directory for one process: a lock of the operating system on its file {@code lock}, which ends with the process
 * however that ends.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

    private final Path file;
    private final FileChannel channel;
    private final @Nullable Object key;

    private DirectoryLock(Path file, FileChannel channel, @Nullable Object key) {
        this.file = file;
        this.channel = channel;
        this.key = key;
    }

    /**
     * Takes a directory that exists. Blocks.
     *
     * @param directory a directory of its own in the node's data directory
     * @throws IOException with a sentence for the operator: another process, or a part of this one, has it
     */
    public static DirectoryLock take(Path directory) throws IOException {
        Path file = directory.resolve("lock");
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE), PrivateFiles.file(file));
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
            throw new IOException("data directory " + directory.getParent() + " is in use by another process");
        }
        try {
            return new DirectoryLock(file, channel, keyOf(file));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Whether the lock's file is still where it was: somebody may have removed the directory, or made another one. */
    public boolean isInPlace() {
        try {
            return Objects.equals(key, keyOf(file));
        } catch (IOException e) {
            return false;
        }
    }

    /** What tells a file from another one of the same name; null where the file system does not say. */
    private static @Nullable Object keyOf(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Lets another process have the directory. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
