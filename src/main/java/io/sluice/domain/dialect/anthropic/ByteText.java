package io.sluice.domain.dialect.anthropic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/** Bytes of events in the making: JSON in UTF-8, one array for one event, with no tree and no copy but the last. */
final class ByteText {
    private static final int KEPT = 16 * 1_024;
    private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);

    private byte[] bytes = new byte[256];
    private int length;

    /** Adds bytes as they are. */
    ByteText raw(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /** Adds ASCII as it is. */
    ByteText raw(String ascii) {
        return raw(ascii.getBytes(ISO_8859_1));
    }

    /** Adds a number. */
    ByteText number(long number) {
        if (number >= 0 && number < 10) {
            room(1);
            bytes[length++] = (byte) ('0' + number);
            return this;
        }
        return raw(Long.toString(number));
    }

    /** Adds a JSON string, quotes included. Half of a surrogate pair is written as an escape. */
    ByteText quoted(String text) {
        // Enough for all text that needs no escapes; more is made below where it is needed.
        room(text.length() + 2);
        bytes[length++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
                if (length == bytes.length) {
                    room(text.length() - i + 1);
                }
                bytes[length++] = (byte) c;
            } else {
                room(6 + text.length() - i);
                i += special(text, i, c);
            }
        }
        room(1);
        bytes[length++] = '"';
        return this;
    }

    /** Writes what is not plain; returns how many chars more than one it took. */
    private int special(String text, int i, char c) {
        if (c == '"' || c == '\\') {
            bytes[length++] = '\\';
            bytes[length++] = (byte) c;
        } else if (c == '\n') {
            bytes[length++] = '\\';
            bytes[length++] = 'n';
        } else if (c < 0x20) {
            escape(c);
        } else if (c < 0x800) {
            bytes[length++] = (byte) (0xc0 | c >> 6);
            bytes[length++] = (byte) (0x80 | c & 0x3f);
        } else if (!Character.isSurrogate(c)) {
            bytes[length++] = (byte) (0xe0 | c >> 12);
            bytes[length++] = (byte) (0x80 | c >> 6 & 0x3f);
            bytes[length++] = (byte) (0x80 | c & 0x3f);
        } else if (Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1))) {
            int point = Character.toCodePoint(c, text.charAt(i + 1));
            bytes[length++] = (byte) (0xf0 | point >> 18);
            bytes[length++] = (byte) (0x80 | point >> 12 & 0x3f);
            bytes[length++] = (byte) (0x80 | point >> 6 & 0x3f);
            bytes[length++] = (byte) (0x80 | point & 0x3f);
            return 1;
        } else {
            escape(c);
        }
        return 0;
    }

    private void escape(char c) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[c >> shift & 0xf];
        }
    }

    /** What was added, in an array of its own; nothing is left. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, length);
        length = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[256];
        }
        return taken;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
