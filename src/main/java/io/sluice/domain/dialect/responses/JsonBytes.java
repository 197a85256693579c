package io.sluice.domain.dialect.responses;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/** JSON that is being written, in UTF-8. Grows; used again after it is emptied. For one thread. */
final class JsonBytes {
    private static final byte[] NONE = new byte[0];
    private static final int KEPT = 1_024;
    private static final int SLICE = 512;
    private static final int LONGEST_CHAR = 6;
    private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);

    private byte[] bytes = NONE;
    private int length;

    /** How many bytes are written. */
    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** Empties it. */
    JsonBytes clear() {
        length = 0;
        if (bytes.length > KEPT) {
            bytes = NONE;
        }
        return this;
    }

    /** What is written, in an array of its own. */
    byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    JsonBytes raw(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    JsonBytes raw(JsonBytes more) {
        room(more.length);
        System.arraycopy(more.bytes, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /** Adds JSON that is ASCII. */
    @SuppressWarnings("deprecation") // The quickest way to bytes, and right for ASCII.
    JsonBytes raw(String ascii) {
        room(ascii.length());
        ascii.getBytes(0, ascii.length(), bytes, length);
        length += ascii.length();
        return this;
    }

    JsonBytes number(long value) {
        return raw(Long.toString(value));
    }

    /** Adds a string with its quotes. */
    JsonBytes string(String text) {
        return raw("\"").contents(text).raw("\"");
    }

    /** Adds a string that stands in {@code contents} already, with quotes. */
    JsonBytes string(JsonBytes contents) {
        return raw("\"").raw(contents).raw("\"");
    }

    /** Adds what stands between the quotes of a string. Halves of pairs that stand alone are escaped. */
    JsonBytes contents(String text) {
        int at = 0;
        while (at < text.length()) {
            int to = Math.min(text.length(), at + SLICE);
            room((to - at) * LONGEST_CHAR);
            at = slice(text, at, to);
        }
        return this;
    }

    private int slice(String text, int from, int to) {
        int i = from;
        while (i < to) {
            char c = text.charAt(i);
            if (c < 0x80) {
                ascii(c);
            } else if (c < 0x800) {
                put(0xc0 | c >> 6, 0x80 | c & 0x3f);
            } else if (!Character.isSurrogate(c)) {
                put(0xe0 | c >> 12, 0x80 | c >> 6 & 0x3f);
                bytes[length++] = (byte) (0x80 | c & 0x3f);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                // The half in the next slice needs no room of its own: this is shorter than two escapes.
                put(0xf0 | point >> 18, 0x80 | point >> 12 & 0x3f);
                put(0x80 | point >> 6 & 0x3f, 0x80 | point & 0x3f);
            } else {
                unicode(c);
            }
            i++;
        }
        return i;
    }

    private void ascii(char c) {
        if (c >= 0x20 && c != '"' && c != '\\') {
            bytes[length++] = (byte) c;
            return;
        }
        switch (c) {
            case '"', '\\' -> put('\\', c);
            case '\n' -> put('\\', 'n');
            case '\r' -> put('\\', 'r');
            case '\t' -> put('\\', 't');
            default -> unicode(c);
        }
    }

    private void unicode(char c) {
        put('\\', 'u');
        put(HEX[c >> 12 & 15], HEX[c >> 8 & 15]);
        put(HEX[c >> 4 & 15], HEX[c & 15]);
    }

    private void put(int first, int second) {
        bytes[length++] = (byte) first;
        bytes[length++] = (byte) second;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.max(256, bytes.length + (bytes.length >> 1))));
        }
    }
}
