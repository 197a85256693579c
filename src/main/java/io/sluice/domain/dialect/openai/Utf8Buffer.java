package io.sluice.domain.dialect.openai;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** JSON text in UTF-8, written piece by piece into one array that is used again. */
final class Utf8Buffer {
    private static final int KEPT = 4_096;
    private static final int LONGEST_CHAR = 6;

    /** Characters for which room is made at once. */
    private static final int STRETCH = 64;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[512];
    private int length;

    /** Bytes as they are. */
    Utf8Buffer raw(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /** JSON text of nothing but ASCII. */
    @SuppressWarnings("deprecation") // The one copy without an encoder; the text is ASCII.
    Utf8Buffer ascii(String text) {
        reserve(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
        return this;
    }

    /** A whole number. */
    Utf8Buffer number(long number) {
        if (number >= 0 && number < 10) {
            reserve(1);
            bytes[length++] = (byte) ('0' + number);
            return this;
        }
        return ascii(Long.toString(number));
    }

    /** A string with its quotes. Halves of surrogate pairs are escaped, since a client may join them again. */
    Utf8Buffer quoted(String text) {
        int count = text.length();
        reserve(Math.min(count, STRETCH) * LONGEST_CHAR + 2 * LONGEST_CHAR);
        byte[] to = bytes;
        int at = length;
        to[at++] = '"';
        for (int i = 0; i < count; i++) {
            if (at > to.length - 2 * LONGEST_CHAR) {
                length = at;
                reserve(Math.min(count - i, STRETCH) * LONGEST_CHAR + 2 * LONGEST_CHAR);
                to = bytes;
            }
            char c = text.charAt(i);
            if (c < 0x80) {
                if (c >= ' ' && c != '"' && c != '\\') {
                    to[at++] = (byte) c;
                } else {
                    at = escaped(to, at, c);
                }
            } else if (c < 0x800) {
                to[at++] = (byte) (0xc0 | c >> 6);
                to[at++] = (byte) (0x80 | c & 0x3f);
            } else if (!Character.isSurrogate(c)) {
                to[at++] = (byte) (0xe0 | c >> 12);
                to[at++] = (byte) (0x80 | c >> 6 & 0x3f);
                to[at++] = (byte) (0x80 | c & 0x3f);
            } else if (Character.isHighSurrogate(c) && i + 1 < count && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                to[at++] = (byte) (0xf0 | point >> 18);
                to[at++] = (byte) (0x80 | point >> 12 & 0x3f);
                to[at++] = (byte) (0x80 | point >> 6 & 0x3f);
                to[at++] = (byte) (0x80 | point & 0x3f);
            } else {
                at = unicode(to, at, c);
            }
        }
        to[at++] = '"';
        length = at;
        return this;
    }

    private static int escaped(byte[] to, int from, char c) {
        int at = from;
        byte letter =
                switch (c) {
                    case '"' -> '"';
                    case '\\' -> '\\';
                    case '\n' -> 'n';
                    case '\r' -> 'r';
                    case '\t' -> 't';
                    default -> 0;
                };
        if (letter == 0) {
            return unicode(to, at, c);
        }
        to[at++] = '\\';
        to[at++] = letter;
        return at;
    }

    private static int unicode(byte[] to, int from, char c) {
        int at = from;
        to[at++] = '\\';
        to[at++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            to[at++] = HEX[c >> shift & 0xf];
        }
        return at;
    }

    private void reserve(int more) {
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }

    /** What has been written, in an array of its own; the buffer is empty afterwards. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, length);
        length = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[512];
        }
        return taken;
    }
}
