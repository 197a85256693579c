package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** JSON strings as bytes: reading their contents and writing them. */
public final class JsonText {
    private JsonText() {}

    /**
     * The text that a valid string's contents stand for.
     *
     * @param text holds it
     * @param from first byte behind the opening quote
     * @param to the closing quote
     */
    public static String decode(byte[] text, int from, int to) {
        int escape = indexOfEscape(text, from, to);
        if (escape < 0) {
            return new String(text, from, to - from, UTF_8);
        }
        StringBuilder decoded = new StringBuilder(to - from);
        int plain = from;
        for (int i = escape; i >= 0; i = indexOfEscape(text, plain, to)) {
            decoded.append(new String(text, plain, i - plain, UTF_8));
            byte kind = text[i + 1];
            if (kind == 'u') {
                decoded.append((char) Integer.parseInt(new String(text, i + 2, 4, ISO_8859_1), 16));
                plain = i + 6;
            } else {
                decoded.append(unescaped(kind));
                plain = i + 2;
            }
        }
        return decoded.append(new String(text, plain, to - plain, UTF_8)).toString();
    }

    /**
     * Whether a valid string's contents stand for {@code expected}, however they are written.
     *
     * @param text holds them
     * @param from first byte behind the opening quote
     * @param to the closing quote
     * @param expected ASCII
     */
    public static boolean equals(byte[] text, int from, int to, String expected) {
        if (to - from < expected.length()) {
            return false;
        }
        if (to - from > expected.length()) {
            return indexOfEscape(text, from, to) >= 0 && decode(text, from, to).equals(expected);
        }
        for (int i = 0; i < expected.length(); i++) {
            if (text[from + i] != (byte) expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The JSON string, quotes included, that stands for {@code value}. */
    public static byte[] quote(String value) {
        StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20 || isLoneSurrogate(value, i)) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString().getBytes(UTF_8);
    }

    /** Whether the char at {@code i} is half of a pair that is not whole. */
    static boolean isLoneSurrogate(String value, int i) {
        char c = value.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
    }

    private static int indexOfEscape(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text[i] == '\\') {
                return i;
            }
        }
        return -1;
    }

    private static char unescaped(byte kind) {
        return switch (kind) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> (char) kind;
        };
    }
}
