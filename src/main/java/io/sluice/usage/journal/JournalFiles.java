package io.sluice.usage.journal;

import io.sluice.disk.DirectoryLock;
import io.sluice.disk.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal's directory, {@code journal} in the node's data directory, which one process has at a time:
 *
 * <pre>
 *   lock
 *   position                     up to where records are in the ledger
 *   open                         requests that providers are asked
 *   0000000000000042.journal     a segment
 *   0000000000000042.rejected    records that the ledger refused; read again when it is renamed
 *   0000000000000042….corrupt    what is no record, for people
 * </pre>
 *
 * <p>Everything blocks. Safe on any thread.
 */
final class JournalFiles implements AutoCloseable {
    /** Name of the directory. */
    static final String DIRECTORY = "journal";

    static final String SEGMENT = ".journal";
    static final String REJECTED = ".rejected";
    static final String CORRUPT = ".corrupt";

    private static final Logger LOG = LoggerFactory.getLogger(JournalFiles.class);
    private static final Pattern NAME = Pattern.compile("([0-9]{16})(-[0-9]{1,16})?(\\.(?:journal|rejected|corrupt))");
    private static final Set<String> OTHERS = Set.of("lock", Position.FILE, OpenTable.FILE);

    private final Path directory;
    private DirectoryLock lock;

    /**
     * A file whose name is one of the journal's.
     *
     * @param path the file
     * @param sequence the number in its name
     * @param suffix what it is, for example {@value #SEGMENT}
     * @param bytes its size
     */
    record Entry(Path path, long sequence, String suffix, long bytes) {}

    /**
     * What is in the directory.
     *
     * @param entries the journal's own, by name
     * @param foreign names of others
     */
    record Listing(List<Entry> entries, List<String> foreign) {
        /** Bytes of the journal's own files. */
        long bytes() {
            return entries.stream().mapToLong(Entry::bytes).sum();
        }
    }

    private JournalFiles(Path directory, DirectoryLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is not there, and takes it.
     *
     * @param data the node's data directory
     * @throws IOException with a sentence for the operator when another process has it
     */
    static JournalFiles open(Path data) throws IOException {
        Path directory = data.resolve(DIRECTORY);
        Files.createDirectories(directory, PrivateFiles.directory(directory));
        return new JournalFiles(directory, DirectoryLock.take(directory));
    }

    /** The file of a number. */
    Path path(long sequence, String suffix) {
        return directory.resolve("%016d%s".formatted(sequence, suffix));
    }

    /** The file for what is no record. */
    Path damage(long sequence, long at) {
        return directory.resolve("%016d-%d%s".formatted(sequence, at, CORRUPT));
    }

    Path directory() {
        return directory;
    }

    /** What is there now. */
    Listing list() throws IOException {
        List<Entry> entries = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.sorted().toList()) {
                String name = path.getFileName().toString();
                Matcher matcher = NAME.matcher(name);
                long bytes = matcher.matches() ? sizeOf(path) : -1;
                if (bytes >= 0) {
                    entries.add(new Entry(path, Long.parseLong(matcher.group(1)), matcher.group(3), bytes));
                } else if (!OTHERS.contains(name)) {
                    foreign.add(name);
                }
            }
        }
        return new Listing(entries, foreign);
    }

    /** The size of a plain file; -1 for anything else, and for one that has gone. */
    private static long sizeOf(Path path) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, java.nio.file.LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() ? attributes.size() : -1;
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    /** Whether the directory is the one that was opened. */
    synchronized boolean isInPlace() {
        return lock.isInPlace();
    }

    /** Makes the directory again, after somebody has removed it. */
    synchronized void remake() throws IOException {
        if (lock.isInPlace()) {
            return;
        }
        Files.createDirectories(directory, PrivateFiles.directory(directory));
        DirectoryLock gone = lock;
        lock = DirectoryLock.take(directory);
        gone.close();
    }

    /** Makes what the directory says last over a crash of the machine, as far as the file system can. */
    void force() {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("a directory cannot be forced here", e);
        }
    }

    /** Lets another process have the directory. */
    @Override
    public synchronized void close() throws IOException {
        lock.close();
    }
}
