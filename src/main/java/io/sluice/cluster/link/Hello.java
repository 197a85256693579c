package io.sluice.cluster.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/**
 * The first frame of each side. Magic and versions come first and stay where they are in every version, so that two
 * programs can always tell why they do not understand each other.
 *
 * @param oldest oldest version of the link's protocol that the sender speaks, 1 to 255
 * @param newest newest version that it speaks, not below {@code oldest}
 * @param nonce 32 random bytes, new for each connection
 * @param peer who the sender says it is
 * @param program version of the sender's program, for the log
 */
record Hello(int oldest, int newest, byte[] nonce, Link.Peer peer, String program) {
    /** Bytes of a nonce. */
    static final int NONCE = 32;

    private static final byte KIND = 'H';
    private static final int MAGIC = 0x534c5549; // SLUI
    private static final int AFTER_VERSIONS = 1 + Integer.BYTES + 2;
    private static final int AFTER_INCARNATION = AFTER_VERSIONS + NONCE + Long.BYTES;
    private static final int MAX_TEXT = 255;

    /** Its bytes. */
    Buffer encode() {
        Buffer bytes = Buffer.buffer()
                .appendByte(KIND)
                .appendInt(MAGIC)
                .appendByte((byte) oldest)
                .appendByte((byte) newest)
                .appendBytes(nonce)
                .appendLong(peer.incarnation());
        text(bytes, peer.name());
        text(bytes, program);
        return bytes;
    }

    private static void text(Buffer bytes, String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        if (utf8.length > MAX_TEXT) {
            throw new IllegalArgumentException("longer than 255 bytes: " + text);
        }
        bytes.appendUnsignedByte((short) utf8.length).appendBytes(utf8);
    }

    /** Whether some bytes begin as a hello of any version does. */
    static boolean isOne(Buffer bytes) {
        return bytes.length() >= AFTER_VERSIONS && bytes.getByte(0) == KIND && bytes.getInt(1) == MAGIC;
    }

    /** The oldest version that the sender of a hello speaks. */
    static int oldest(Buffer hello) {
        return hello.getUnsignedByte(AFTER_VERSIONS - 2);
    }

    /** The newest version that the sender of a hello speaks. */
    static int newest(Buffer hello) {
        return hello.getUnsignedByte(AFTER_VERSIONS - 1);
    }

    /**
     * Reads a hello of a version that is spoken here; what a newer version appends is left out.
     *
     * @return null when it is damaged
     */
    static @Nullable Hello decode(Buffer bytes) {
        if (!isOne(bytes) || bytes.length() < AFTER_INCARNATION) {
            return null;
        }
        String name = text(bytes, AFTER_INCARNATION);
        if (name == null || name.isEmpty()) {
            return null;
        }
        String program = text(bytes, AFTER_INCARNATION + 1 + bytes.getUnsignedByte(AFTER_INCARNATION));
        if (program == null) {
            return null;
        }
        byte[] nonce = bytes.getBytes(AFTER_VERSIONS, AFTER_VERSIONS + NONCE);
        long incarnation = bytes.getLong(AFTER_VERSIONS + NONCE);
        return new Hello(oldest(bytes), newest(bytes), nonce, new Link.Peer(name, incarnation), program);
    }

    private static @Nullable String text(Buffer bytes, int at) {
        if (at >= bytes.length() || at + 1 + bytes.getUnsignedByte(at) > bytes.length()) {
            return null;
        }
        try {
            ByteBuffer utf8 = ByteBuffer.wrap(bytes.getBytes(at + 1, at + 1 + bytes.getUnsignedByte(at)));
            return UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
