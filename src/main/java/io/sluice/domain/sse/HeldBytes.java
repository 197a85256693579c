package io.sluice.domain.sse;

import java.util.Arrays;

/** Bytes that wait for more. Gives a grown array back when it is emptied, so that an idle stream costs little. */
final class HeldBytes {
    private static final byte[] NONE = new byte[0];
    private static final int KEPT = 2_048;

    private byte[] bytes = NONE;
    private int length;

    int length() {
        return length;
    }

    /** The bytes, from 0 to {@link #length()}; valid until the next call that changes them. */
    byte[] array() {
        return bytes;
    }

    void add(byte[] source, int from, int to) {
        int needed = length + to - from;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, Math.max(512, bytes.length * 2)));
        }
        System.arraycopy(source, from, bytes, length, to - from);
        length = needed;
    }

    /** A copy of a range. */
    byte[] copy(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    byte[] copy() {
        return copy(0, length);
    }

    void clear() {
        length = 0;
        if (bytes.length > KEPT) {
            bytes = NONE;
        }
    }
}
