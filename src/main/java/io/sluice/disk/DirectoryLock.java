package io.sluice.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a directory for one process: a lock of the operating system on its file {@code lock}, which ends with the process
 * however that ends.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
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
        return new DirectoryLock(channel);
    }

    /** Lets another process have the directory. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
