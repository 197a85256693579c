package io.sluice.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;

/**
 * Reads what a {@link WireWriter} of this version or the next one wrote. Every method fails with {@link WireException} when
 * the bytes are none of ours.
 */
public final class WireReader {
    /** Most bytes of a text. */
    static final int MAX_TEXT = 4_096;

    private final Buffer bytes;
    private int at;

    /** Bytes that cannot be read. */
    public static final class WireException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public WireException(String message) {
            super(message);
        }
    }

    /**
     * Begins to read.
     *
     * @param bytes what holds it
     * @param at where its version is
     * @param version the version that the reader knows
     */
    public WireReader(Buffer bytes, int at, int version) {
        this.bytes = bytes;
        this.at = at;
        int written = small();
        if (written < version - 1 || written < 1) {
            throw new WireException("version " + written + " is no longer read; this program writes " + version);
        }
    }

    /** A number from 0 to 127. */
    public int small() {
        require(1);
        int number = bytes.getByte(at++);
        if (number < 0) {
            throw new WireException("a small number is negative");
        }
        return number;
    }

    /** A number. */
    public long number() {
        require(Long.BYTES);
        long number = bytes.getLong(at);
        at += Long.BYTES;
        return number;
    }

    /** A text. */
    public String text() {
        require(Short.BYTES);
        int length = bytes.getUnsignedShort(at);
        at += Short.BYTES;
        if (length > MAX_TEXT) {
            throw new WireException("a text of " + length + " bytes");
        }
        require(length);
        String text = bytes.getString(at, at + length, UTF_8.name());
        at += length;
        return text;
    }

    private void require(int size) {
        if (bytes.length() - at < size) {
            throw new WireException("it ends too early");
        }
    }
}
