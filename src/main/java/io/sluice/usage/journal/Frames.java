package io.sluice.usage.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The records of a segment, one after the other. What is no record is passed over, up to the next one that is whole: a write
 * that was cut short leaves the beginning of a record, damage to the disk may leave anything anywhere.
 *
 * <pre>
 *   mark 1 │ length 3 │ CRC-32C over salt, mark, length and record 4 │ record
 * </pre>
 *
 * <p>Behind the last record a segment is zero. One thread at a time.
 */
final class Frames {
    /** Bytes before each record. */
    static final int HEAD = 8;

    private static final int MARK = 0xA7 << 24;
    private static final int LENGTH_MASK = 0xFF_FFFF;
    private static final int WINDOW = 1 << 20;
    /** Work that the search for the next record may cost, in bytes that are checked, for each segment. */
    private static final long MOST_CHECKED = 64L << 20;

    private final FileChannel channel;
    private final long salt;
    private final long limit;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer window;
    private long windowAt;
    private long at;
    private long checked;
    private Damage damage = Damage.NONE;

    /**
     * A stretch of a segment that is no record.
     *
     * @param from its first byte that is not zero
     * @param to behind its last one
     * @param isTail whether no whole record comes after it
     */
    record Damage(long from, long to, boolean isTail) {
        /** No damage. */
        static final Damage NONE = new Damage(0, 0, false);

        boolean isSome() {
            return to > from;
        }
    }

    /**
     * Begins to read.
     *
     * @param channel the file; is not closed
     * @param salt of the segment
     * @param from where a record begins
     * @param limit where to end
     */
    Frames(FileChannel channel, long salt, long from, long limit) {
        this.channel = channel;
        this.salt = salt;
        this.at = from;
        this.windowAt = from;
        this.limit = limit;
        this.window = ByteBuffer.allocate((int) Math.clamp(limit - from, HEAD, WINDOW))
                .limit(0);
    }

    /**
     * Finishes a frame whose record has been written behind the room for its head.
     *
     * @param bytes backed by an array from its start; its position is the record's end
     * @param from where the frame begins
     * @param salt of the segment it is for
     */
    static void seal(ByteBuffer bytes, int from, long salt) {
        int length = bytes.position() - from - HEAD;
        bytes.putInt(from, MARK | length);
        bytes.putInt(from + 4, check(new CRC32C(), bytes, from, length, salt));
    }

    private static int check(CRC32C crc, ByteBuffer bytes, int from, int length, long salt) {
        crc.reset();
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            crc.update((int) (salt >>> shift));
        }
        crc.update(bytes.array(), from, 4);
        crc.update(bytes.array(), from + HEAD, length);
        return (int) crc.getValue();
    }

    /**
     * The next whole record; its bytes are good until the next call.
     *
     * @return null at the end
     */
    @Nullable
    ByteBuffer next() throws IOException {
        damage = Damage.NONE;
        ByteBuffer found = here();
        if (found != null || !skipTo((byte) 0, false)) {
            return found;
        }
        long from = at;
        while (checked < MOST_CHECKED && skipTo((byte) (MARK >>> 24), true)) {
            found = here();
            if (found != null) {
                damage = new Damage(from, at - HEAD - found.remaining(), false);
                return found;
            }
            at++;
        }
        at = limit;
        damage = new Damage(from, lastNotZero(from) + 1, true);
        return null;
    }

    /** What lay before the record that {@link #next} gave last, or before the end. */
    Damage damage() {
        return damage;
    }

    /** Where the record that was read last ends. */
    long position() {
        return at;
    }

    /** The record at the present place; null when there is none. Goes behind it. */
    private @Nullable ByteBuffer here() throws IOException {
        if (!have(HEAD)) {
            return null;
        }
        int from = (int) (at - windowAt);
        int head = window.getInt(from);
        int length = head & LENGTH_MASK;
        if ((head & ~LENGTH_MASK) != MARK || length > RecordCodec.MAX_BYTES || !have(HEAD + length)) {
            return null;
        }
        from = (int) (at - windowAt);
        if (window.getInt(from + 4) != check(crc, window, from, length, salt)) {
            checked += length;
            return null;
        }
        at += HEAD + length;
        return window.slice(from + HEAD, length);
    }

    /** Goes to the next byte that is this one, or that is not; false when there is none. */
    private boolean skipTo(byte one, boolean isIt) throws IOException {
        while (have(1)) {
            int end = window.limit();
            for (int i = (int) (at - windowAt); i < end; i++) {
                if ((window.get(i) == one) == isIt) {
                    at = windowAt + i;
                    return true;
                }
            }
            at = windowAt + end;
        }
        return false;
    }

    private long lastNotZero(long from) throws IOException {
        long last = from;
        for (at = from; have(1); at = windowAt + window.limit()) {
            for (int i = window.limit() - 1; i >= at - windowAt; i--) {
                if (window.get(i) != 0) {
                    last = windowAt + i;
                    break;
                }
            }
        }
        at = limit;
        return last;
    }

    /** Brings bytes from the present place on into the window. */
    private boolean have(int size) throws IOException {
        if (at + size > limit) {
            return false;
        }
        if (at + size <= windowAt + window.limit()) {
            return true;
        }
        window.clear().limit((int) Math.min(window.capacity(), limit - at));
        windowAt = at;
        while (window.hasRemaining()) {
            if (channel.read(window, windowAt + window.position()) < 0) {
                break;
            }
        }
        window.flip();
        return window.limit() >= size;
    }
}
