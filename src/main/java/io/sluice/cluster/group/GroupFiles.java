package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * A voter's record on disk: {@code group/record} in the data directory, three lines of text. It is written under another
 * name, forced to disk, and renamed: it is there as a whole or not at all. Blocks.
 *
 * <pre>
 * sluice group record 1
 * epoch 12
 * proposer a 1f3c02aa41d09e77
 * </pre>
 */
final class GroupFiles {
    private static final String HEAD = "sluice group record 1";
    private static final int MOST_BYTES = 4096;

    private final Path directory;
    private final Path file;

    GroupFiles(Path dataDir) {
        this.directory = dataDir.resolve("group");
        this.file = directory.resolve("record");
    }

    /**
     * What was kept.
     *
     * @throws IOException when there is something that cannot be read. To take it for nothing would not be safe
     */
    GroupRecord load() throws IOException {
        List<String> lines;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw damaged();
            }
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return GroupRecord.NONE;
        }
        if (lines.size() != 3 || !lines.getFirst().equals(HEAD)) {
            throw damaged();
        }
        String[] epoch = lines.get(1).split(" ", -1);
        String[] proposer = lines.get(2).split(" ", -1);
        if (epoch.length != 2 || !epoch[0].equals("epoch") || proposer.length != 3 || !proposer[0].equals("proposer")) {
            throw damaged();
        }
        try {
            return new GroupRecord(new GroupId(
                    Long.parseLong(epoch[1]), new Link.Peer(proposer[1], Long.parseUnsignedLong(proposer[2], 16))));
        } catch (NumberFormatException e) {
            throw damaged();
        }
    }

    /** Keeps it. */
    void save(GroupRecord record) throws IOException {
        GroupId newest = record.newest();
        String text = HEAD + "\nepoch " + newest.epoch() + "\nproposer "
                + newest.proposer().name() + " "
                + Long.toHexString(newest.proposer().incarnation()) + "\n";
        Files.createDirectories(directory, attributes("rwx------"));
        Path fresh = directory.resolve("record.new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(
                fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes("rw-------"))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
        forceDirectory();
    }

    /** Makes the new name last; where directories cannot be opened, the file system does it by itself or not at all. */
    private void forceDirectory() {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            return;
        }
    }

    private IOException damaged() {
        return new IOException(file + " is damaged. If no node of this cluster ran within the last day, remove it;"
                + " the windows start as if everything had been used");
    }

    private FileAttribute<?>[] attributes(String permissions) {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
