package io.sluice.cluster.raft;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/** Writes what {@link WireReader} reads. Numbers that are usually small take few bytes. */
public final class WireWriter {
    private byte[] bytes;
    private int length;

    /**
     * Begins with nothing.
     *
     * @param expected about how many bytes it will be
     */
    public WireWriter(int expected) {
        bytes = new byte[expected];
    }

    /** Writes a number from 0 to 255. */
    public WireWriter octet(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** Writes yes or no. */
    public WireWriter flag(boolean value) {
        return octet(value ? 1 : 0);
    }

    /** Writes a number that is at least 0, seven bits a byte, the lowest first. */
    public WireWriter number(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative: " + value);
        }
        room(9);
        long rest = value;
        while (rest > 0x7f) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    /** Writes 64 bits as they are. */
    public WireWriter bits(long value) {
        room(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** Writes a text. */
    public WireWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes and their count. */
    public WireWriter bytes(byte[] value) {
        number(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** Writes a member. */
    public WireWriter member(MemberId member) {
        return text(member.name()).bits(member.incarnation()).number(member.counter());
    }

    /** Writes members and their count. */
    public WireWriter members(Collection<MemberId> members) {
        number(members.size());
        members.forEach(this::member);
        return this;
    }

    /** Everything written. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
