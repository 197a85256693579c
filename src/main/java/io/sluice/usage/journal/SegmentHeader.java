package io.sluice.usage.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What a segment begins with, twice, so that one damaged block does not make all of it unreadable:
 *
 * <pre>
 *   magic 8 │ version 4 │ sequence 8 │ salt 8 │ made at, milliseconds 8 │ length 2 │ name of the node │ zeros │ CRC-32C 4
 * </pre>
 *
 * <p>Magic, version and the check stay where they are in every version, so that a program knows what it does not know.
 *
 * @param sequence number of the segment, as in the name of its file
 * @param salt random; part of the check of each record, so that no text in a record can look like a record
 * @param madeMillis wall clock, for people
 * @param node who wrote it
 */
record SegmentHeader(long sequence, long salt, long madeMillis, String node) {
    /** Bytes before the first record. */
    static final int BYTES = 512;

    private static final int COPY = BYTES / 2;
    private static final int CHECK_AT = COPY - Integer.BYTES;
    private static final int NAME_AT = 38;
    private static final long MAGIC = 0x534C_5553_4147_450AL; // "SLUSAGE" and a line break
    private static final int VERSION = 1;

    /** What the beginning of a file is. */
    enum Kind {
        /** A segment of this version. */
        OURS,
        /** A segment of another version. */
        OTHER_VERSION,
        /** Something else. */
        UNREADABLE
    }

    /**
     * What is known of a file.
     *
     * @param kind what it is
     * @param header of {@link Kind#OURS}; anything for the others
     */
    record Found(Kind kind, SegmentHeader header) {}

    /** Its bytes. */
    ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        byte[] name = node.getBytes(UTF_8);
        int length = Math.min(name.length, CHECK_AT - NAME_AT);
        for (int at = 0; at < BYTES; at += COPY) {
            bytes.position(at);
            bytes.putLong(MAGIC).putInt(VERSION).putLong(sequence).putLong(salt).putLong(madeMillis);
            bytes.putShort((short) length).put(name, 0, length);
            bytes.putInt(at + CHECK_AT, check(bytes, at));
        }
        return bytes.rewind();
    }

    /**
     * Reads the beginning of a file.
     *
     * @param bytes {@value #BYTES} bytes, or fewer of a shorter file; backed by an array from its start
     */
    static Found read(ByteBuffer bytes) {
        Kind kind = Kind.UNREADABLE;
        for (int at = 0; at + COPY <= bytes.limit(); at += COPY) {
            if (bytes.getLong(at) != MAGIC || bytes.getInt(at + CHECK_AT) != check(bytes, at)) {
                continue;
            }
            int length = bytes.getShort(at + NAME_AT - Short.BYTES);
            if (bytes.getInt(at + 8) == VERSION && length >= 0 && length <= CHECK_AT - NAME_AT) {
                String node = new String(bytes.array(), at + NAME_AT, length, UTF_8);
                return new Found(
                        Kind.OURS,
                        new SegmentHeader(
                                bytes.getLong(at + 12), bytes.getLong(at + 20), bytes.getLong(at + 28), node));
            }
            kind = Kind.OTHER_VERSION;
        }
        return new Found(kind, new SegmentHeader(0, 0, 0, ""));
    }

    private static int check(ByteBuffer bytes, int at) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), at, CHECK_AT);
        return (int) crc.getValue();
    }
}
