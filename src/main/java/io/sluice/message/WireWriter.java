package io.sluice.message;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;

/**
 * Writes what crosses nodes: a byte that names the version, then fields in a fixed order. A later version only appends
 * fields, so that a program of the version before reads what it knows.
 */
public final class WireWriter {
    private final Buffer bytes;

    /**
     * Begins with the version.
     *
     * @param bytes where to append
     * @param version of the form, 1 to 127
     */
    public WireWriter(Buffer bytes, int version) {
        this.bytes = bytes.appendByte((byte) version);
    }

    /** Appends a number from 0 to 127. */
    public WireWriter small(int number) {
        bytes.appendByte((byte) number);
        return this;
    }

    /** Appends a number. */
    public WireWriter number(long number) {
        bytes.appendLong(number);
        return this;
    }

    /** Appends a text, at most {@value WireReader#MAX_TEXT} bytes of UTF-8. */
    public WireWriter text(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        if (utf8.length > WireReader.MAX_TEXT) {
            throw new IllegalArgumentException("a text of " + utf8.length + " bytes");
        }
        bytes.appendUnsignedShort(utf8.length).appendBytes(utf8);
        return this;
    }
}
