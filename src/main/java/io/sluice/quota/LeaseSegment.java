package io.sluice.quota;

import io.sluice.disk.PrivateFiles;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * One file of the lease log, mapped: an append is a few stores into the page cache, which outlives the process.
 *
 * <pre>
 *   header  magic 8 │ sequence 8 │ boot id 8 │ boot start 8 │ unknown until 8 │ size 8 │ state 4 │ …64
 *   window  check 4 │ -1 4 │ length 8 │ dimension 4 │ id length 4 │ id, padded to 8
 *   charge  check 4 │ window 4 │ instant 8 │ units 8
 * </pre>
 *
 * <p>Windows are numbered in the order in which they are named. A record counts when its check is right; the check is
 * stored last, so that a record cut off by a crash has none. Behind the last record the file is zero. A segment counts
 * when its state is {@link #SEALED}, which is stored when everything charged before it is in it.
 *
 * <p>One thread at a time.
 */
final class LeaseSegment {
    private static final long MAGIC = 0x534C_4C45_4153_4501L; // "SLLEASE", version 1
    private static final int HEADER = 64;
    private static final int CAPACITY_AT = 40;
    private static final int STATE_AT = 48;
    private static final int SEALED = 1;
    private static final int NAME = -1;
    private static final int NAME_BYTES = 24;
    private static final int CHARGE_BYTES = 24;
    private static final Set<OpenOption> OPTIONS =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(64 * 1024).asReadOnlyBuffer();

    private final ByteBuffer bytes;
    private int end = HEADER;
    private int windows;

    /**
     * Takes the bytes as they are.
     *
     * @param bytes direct, a multiple of 8 long
     */
    LeaseSegment(ByteBuffer bytes) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Maps a file, longer if need be. Its blocks are allocated here and now: a full disk is an exception here, not a crash
     * at a later store.
     *
     * @param file made when it does not exist, for its owner only
     * @param bytes the least size; 0 takes the file as it is
     */
    static LeaseSegment map(Path file, int bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, OPTIONS, PrivateFiles.file(file))) {
            ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
            for (long at = channel.size(); at < bytes; at = channel.size()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
                channel.write(zeros, at);
            }
            return new LeaseSegment(channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size() & -8));
        }
    }

    /** Whether everything charged before it is in it. */
    boolean isSealed() {
        return bytes.capacity() > HEADER
                && bytes.getLong(0) == MAGIC
                && bytes.getLong(CAPACITY_AT) == bytes.capacity()
                && (int) INT.getAcquire(bytes, STATE_AT) == SEALED;
    }

    /** Which of two sealed ones is newer; 0 when there is no header. */
    long sequence() {
        return bytes.capacity() > HEADER ? bytes.getLong(8) : 0;
    }

    BootIdentity boot() {
        return new BootIdentity(bytes.getLong(16), bytes.getLong(24));
    }

    long unknownUntil() {
        return bytes.getLong(32);
    }

    /** Makes it void: what is in it no longer counts. */
    void revoke() {
        INT.setRelease(bytes, STATE_AT, 0);
    }

    /** Makes it count. */
    void seal() {
        INT.setRelease(bytes, STATE_AT, SEALED);
    }

    /** Empties it. Writes its whole length. */
    void clear() {
        revoke();
        for (int at = 0; at < bytes.capacity(); at += Long.BYTES) {
            bytes.putLong(at, 0);
        }
        end = HEADER;
        windows = 0;
    }

    /** Begins an empty one; it does not count yet. */
    void begin(long sequence, BootIdentity boot, long unknownUntil) {
        bytes.putLong(8, sequence);
        bytes.putLong(16, boot.id());
        bytes.putLong(24, boot.startMillis());
        bytes.putLong(32, unknownUntil);
        bytes.putLong(CAPACITY_AT, bytes.capacity());
        bytes.putLong(0, MAGIC);
    }

    int capacity() {
        return bytes.capacity();
    }

    /** Bytes that records take. */
    int used() {
        return end - HEADER;
    }

    /**
     * Names a window.
     *
     * @return its number, or -1 when there is no room
     */
    int name(String scope, int dimension, long windowNanos) {
        byte[] id = scope.getBytes(StandardCharsets.UTF_8);
        int size = NAME_BYTES + padded(id.length);
        if (end + size > bytes.capacity()) {
            return -1;
        }
        bytes.putInt(end + 4, NAME);
        bytes.putLong(end + 8, windowNanos);
        bytes.putInt(end + 16, dimension);
        bytes.putInt(end + 20, id.length);
        bytes.put(end + NAME_BYTES, id);
        finish(size);
        return windows++;
    }

    /**
     * Adds a charge.
     *
     * @return whether there was room
     */
    boolean charge(int window, long instant, long units) {
        if (end + CHARGE_BYTES > bytes.capacity()) {
            return false;
        }
        bytes.putInt(end + 4, window);
        bytes.putLong(end + 8, instant);
        bytes.putLong(end + 16, units);
        finish(CHARGE_BYTES);
        return true;
    }

    /** Takes what a segment holds. */
    interface Reader {
        /** A window gets the next number. */
        void window(String scope, int dimension, long windowNanos) throws IOException;

        /** A charge of a window. */
        void charge(int window, long instant, long units) throws IOException;
    }

    /**
     * Reads every record.
     *
     * @throws IOException when something else than records and one cut-off record is in it
     */
    void read(Reader reader) throws IOException {
        int at = HEADER;
        int known = 0;
        while (at + CHARGE_BYTES <= bytes.capacity()) {
            int check = bytes.getInt(at);
            int size = check == 0 ? 0 : sizeAt(at);
            if (check == 0 || size < 0 || check != check(at, size)) {
                break;
            }
            int window = bytes.getInt(at + 4);
            if (window == NAME) {
                byte[] id = new byte[bytes.getInt(at + 20)];
                bytes.get(at + NAME_BYTES, id);
                reader.window(new String(id, StandardCharsets.UTF_8), bytes.getInt(at + 16), bytes.getLong(at + 8));
                known++;
            } else if (window >= 0 && window < known) {
                reader.charge(window, bytes.getLong(at + 8), bytes.getLong(at + 16));
            } else {
                throw new IOException("record of an unnamed window at byte " + at);
            }
            at += size;
        }
        requireCutOff(at);
    }

    /** What is behind the last record may be one record without its check, and zeros. */
    private void requireCutOff(int at) throws IOException {
        if (at + 4 <= bytes.capacity() && bytes.getInt(at) != 0) {
            throw new IOException("damaged record at byte " + at);
        }
        int tail = at + CHARGE_BYTES <= bytes.capacity() ? Math.max(sizeAt(at), CHARGE_BYTES) : CHARGE_BYTES;
        // Many at a time: this is most of a file of megabytes, and a node that starts waits for it.
        for (int i = at + tail; i < bytes.capacity(); i += NOTHING.capacity()) {
            int length = Math.min(NOTHING.capacity(), bytes.capacity() - i);
            if (bytes.slice(i, length).mismatch(NOTHING.slice(0, length)) >= 0) {
                throw new IOException("a record is missing at byte " + at);
            }
        }
    }

    /** Size of the record there; negative when it cannot be one. */
    private int sizeAt(int at) {
        if (bytes.getInt(at + 4) != NAME) {
            return CHARGE_BYTES;
        }
        int length = bytes.getInt(at + 20);
        return length < 0 || length > bytes.capacity() - at - NAME_BYTES ? -1 : NAME_BYTES + padded(length);
    }

    private void finish(int size) {
        INT.setRelease(bytes, end, check(end, size));
        end += size;
    }

    /** Never 0. Seeded with the sequence, so that a record of another segment is not taken for one of this. */
    private int check(int at, int size) {
        long hash = sequence() * 0x9E3779B97F4A7C15L ^ at ^ Integer.toUnsignedLong(bytes.getInt(at + 4)) << 32;
        for (int i = 8; i < size; i += Long.BYTES) {
            hash = (hash ^ bytes.getLong(at + i)) * 0xFF51AFD7ED558CCDL;
            hash ^= hash >>> 32;
        }
        return (int) hash | 1;
    }

    private static int padded(int length) {
        return length + 7 & -8;
    }
}
