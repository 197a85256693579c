package io.sluice.cluster.raft;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads what {@link WireWriter} wrote. Trusts nothing: every count is checked before anything is made of it. */
public final class WireReader {
    /** Most bytes of a text. */
    public static final int MOST_TEXT = 1024;

    /** Most members in a list. */
    public static final int MOST_MEMBERS = 64;

    private final byte[] bytes;
    private int position;

    /** Reads these bytes from their beginning. */
    public WireReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A number from 0 to 255. */
    public int octet() throws WireFormatException {
        need(1);
        return bytes[position++] & 0xff;
    }

    /** Yes or no. */
    public boolean flag() throws WireFormatException {
        int value = octet();
        if (value > 1) {
            throw new WireFormatException("neither yes nor no: " + value);
        }
        return value == 1;
    }

    /** A number that is at least 0. */
    public long number() throws WireFormatException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int octet = octet();
            value |= (long) (octet & 0x7f) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new WireFormatException("a number without end");
    }

    /** A number from 0 to {@link Integer#MAX_VALUE}. */
    public int small() throws WireFormatException {
        return count(Integer.MAX_VALUE);
    }

    /**
     * How many there are of something.
     *
     * @param most more is an error
     */
    public int count(int most) throws WireFormatException {
        long value = number();
        if (value > most) {
            throw new WireFormatException("too many: " + value + " of at most " + most);
        }
        return (int) value;
    }

    /** 64 bits. */
    public long bits() throws WireFormatException {
        need(Long.BYTES);
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | bytes[position++] & 0xff;
        }
        return value;
    }

    /** A text. */
    public String text() throws WireFormatException {
        int length = count(MOST_TEXT);
        need(length);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, position, length))
                    .toString();
            position += length;
            return text;
        } catch (CharacterCodingException e) {
            throw new WireFormatException("not a text");
        }
    }

    /** Bytes, of any count that is there. */
    public byte[] bytes() throws WireFormatException {
        int length = small();
        need(length);
        byte[] copy = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return copy;
    }

    /** A member. */
    public MemberId member() throws WireFormatException {
        return new MemberId(text(), bits(), small());
    }

    /** Members. */
    public List<MemberId> members() throws WireFormatException {
        int count = count(MOST_MEMBERS);
        List<MemberId> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(member());
        }
        return members;
    }

    /** Nothing may be left. */
    public void end() throws WireFormatException {
        if (position != bytes.length) {
            throw new WireFormatException((bytes.length - position) + " bytes too many");
        }
    }

    private void need(int count) throws WireFormatException {
        if (count > bytes.length - position) {
            throw new WireFormatException("ends in the middle");
        }
    }
}
