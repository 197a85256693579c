package io.sluice.domain.lease;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link ByteWriter} wrote, and trusts nothing: no count is believed that the rest could not hold. */
final class ByteReader {
    private final byte[] bytes;
    private int at;

    ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads the version byte of a form.
     *
     * @param form name of the form, for the operator
     * @param known the newest version this program knows
     */
    ByteReader version(String form, int known) throws GroupFormatException {
        int version = u8();
        if (version == 0 || version > known) {
            throw new GroupFormatException(
                    form + " of version " + version + "; this program knows versions up to " + known);
        }
        return this;
    }

    int u8() throws GroupFormatException {
        if (at == bytes.length) {
            throw new GroupFormatException("cut off at byte " + at);
        }
        return bytes[at++] & 0xFF;
    }

    /** One byte within bounds. */
    int within8(int least, int most) throws GroupFormatException {
        int value = u8();
        if (value < least || value > most) {
            throw damaged();
        }
        return value;
    }

    boolean bool() throws GroupFormatException {
        int value = u8();
        if (value > 1) {
            throw damaged();
        }
        return value == 1;
    }

    long number() throws GroupFormatException {
        long rest = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            if (shift == 63 && next > 1) {
                throw damaged();
            }
            rest |= (next & 0x7FL) << shift;
            if (next < 0x80) {
                return rest >>> 1 ^ -(rest & 1);
            }
        }
        throw damaged();
    }

    /** A number that is at least 0. */
    long amount() throws GroupFormatException {
        long value = number();
        if (value < 0) {
            throw damaged();
        }
        return value;
    }

    /** A number of units: at least 0, at most {@link Units#MOST}. */
    long sum() throws GroupFormatException {
        return within(0L, Units.MOST);
    }

    /** A number within bounds. */
    long within(long least, long most) throws GroupFormatException {
        long value = number();
        if (value < least || value > most) {
            throw damaged();
        }
        return value;
    }

    /** A number within bounds. */
    int within(int least, int most) throws GroupFormatException {
        long value = number();
        if (value < least || value > most) {
            throw damaged();
        }
        return (int) value;
    }

    /** How many things follow, each of one byte at least. */
    int count() throws GroupFormatException {
        long value = number();
        // The bound is what is left behind the number itself.
        if (value < 0 || value > bytes.length - at) {
            throw damaged();
        }
        return (int) value;
    }

    long fixed() throws GroupFormatException {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | u8();
        }
        return value;
    }

    String text() throws GroupFormatException {
        byte[] block = block();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(block))
                    .toString();
        } catch (CharacterCodingException e) {
            throw damaged();
        }
    }

    byte[] block() throws GroupFormatException {
        int length = count();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    Units units() throws GroupFormatException {
        int mask = u8();
        if (mask >>> Units.DIMENSIONS != 0) {
            throw damaged();
        }
        long[] amounts = new long[Units.DIMENSIONS];
        for (int d = 0; d < amounts.length; d++) {
            if ((mask & 1 << d) != 0) {
                amounts[d] = amount();
                if (amounts[d] > Units.MOST) {
                    throw damaged();
                }
            }
        }
        return Units.of(amounts);
    }

    /** Nothing may follow. */
    void end() throws GroupFormatException {
        if (at != bytes.length) {
            throw new GroupFormatException((bytes.length - at) + " bytes too many");
        }
    }

    GroupFormatException damaged() {
        return new GroupFormatException("damaged before byte " + at);
    }
}
