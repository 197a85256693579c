package io.sluice.domain.lease;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes values one after another; the same values always give the same bytes. */
final class ByteWriter {
    private byte[] bytes = new byte[256];
    private int size;

    ByteWriter u8(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        bytes[size++] = (byte) value;
        return this;
    }

    ByteWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /** A number of 1 to 10 bytes; small ones of either sign are short. */
    ByteWriter number(long value) {
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7FL) != 0) {
            u8((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        return u8((int) rest);
    }

    /** A number of 8 bytes. */
    ByteWriter fixed(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            u8((int) (value >>> shift));
        }
        return this;
    }

    ByteWriter text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    ByteWriter block(byte[] value) {
        number(value.length);
        if (size + value.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + value.length));
        }
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    /** Amounts: which are not 0, then those. */
    ByteWriter units(Units units) {
        int mask = 0;
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            mask |= units.get(d) == 0 ? 0 : 1 << d;
        }
        u8(mask);
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            if (units.get(d) != 0) {
                number(units.get(d));
            }
        }
        return this;
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }
}
