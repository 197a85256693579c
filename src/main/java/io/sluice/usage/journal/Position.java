package io.sluice.usage.journal;

import io.sluice.disk.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Up to where records are in the ledger. It only spares work: without it, or with an older one, records are offered again, and
 * the ledger knows them by their ids.
 *
 * @param sequence of the segment
 * @param salt of the segment, so that a place in another file of that name means nothing
 * @param offset behind the last record
 */
record Position(long sequence, long salt, long offset) {
    /** Its file in the journal's directory. */
    static final String FILE = "position";

    /** Nothing is known. */
    static final Position NONE = new Position(-1, 0, 0);

    private static final long MAGIC = 0x534C_5553_504F_5301L; // "SLUSPOS", version 1
    private static final int BYTES = 36;
    private static final int CHECK_AT = 32;

    /** Reads it; {@link #NONE} when there is none that can be read. Blocks. */
    static Position read(Path directory) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.READ)) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, bytes.position()) < 0) {
                    return NONE;
                }
            }
        } catch (IOException e) {
            return NONE;
        }
        return bytes.getLong(0) == MAGIC && bytes.getInt(CHECK_AT) == check(bytes)
                ? new Position(bytes.getLong(8), bytes.getLong(16), bytes.getLong(24))
                : NONE;
    }

    /** Writes it, in place: one that is torn counts as none. Blocks. */
    void write(Path directory) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(MAGIC).putLong(sequence).putLong(salt).putLong(offset);
        bytes.putInt(check(bytes)).flip();
        Path file = directory.resolve(FILE);
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE), PrivateFiles.file(file))) {
            channel.write(bytes, 0);
        }
    }

    private static int check(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, CHECK_AT);
        return (int) crc.getValue();
    }

    /** Where to begin to read a segment. */
    long startIn(SegmentHeader header) {
        return header.sequence() == sequence && header.salt() == salt
                ? Math.max(offset, SegmentHeader.BYTES)
                : SegmentHeader.BYTES;
    }
}
