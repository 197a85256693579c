package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.Json;
import java.util.Arrays;

/** Writes JSON into one buffer that is used again for the next chunk. */
final class ChunkWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(UTF_8);
    private static final int KEPT = 16 * 1024;

    private byte[] bytes = new byte[512];
    private int length;

    ChunkWriter raw(byte[] ascii) {
        ensure(ascii.length);
        System.arraycopy(ascii, 0, bytes, length, ascii.length);
        length += ascii.length;
        return this;
    }

    ChunkWriter raw(String text) {
        return raw(text.getBytes(UTF_8));
    }

    ChunkWriter number(long number) {
        return raw(Long.toString(number));
    }

    ChunkWriter json(JsonNode node) {
        return raw(Json.write(node));
    }

    /** A string in its quotes. */
    ChunkWriter quoted(String text) {
        ensure(text.length() + 2);
        bytes[length++] = '"';
        inner(text);
        ensure(1);
        bytes[length++] = '"';
        return this;
    }

    private void inner(String text) {
        int end = text.length();
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
                ensure(1);
                bytes[length++] = (byte) c;
            } else {
                ensure(6);
                i = rare(text, i, c);
            }
        }
    }

    /** Writes a character that is not plain ASCII; returns the index of the last of its chars. */
    private int rare(String text, int i, char c) {
        if (c < 0x80) {
            escape(c);
        } else if (c < 0x800) {
            bytes[length++] = (byte) (0xc0 | c >> 6);
            bytes[length++] = (byte) (0x80 | c & 0x3f);
        } else if (Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1))) {
            int point = Character.toCodePoint(c, text.charAt(i + 1));
            bytes[length++] = (byte) (0xf0 | point >> 18);
            bytes[length++] = (byte) (0x80 | point >> 12 & 0x3f);
            bytes[length++] = (byte) (0x80 | point >> 6 & 0x3f);
            bytes[length++] = (byte) (0x80 | point & 0x3f);
            return i + 1;
        } else if (Character.isSurrogate(c)) {
            unicode(c);
        } else {
            bytes[length++] = (byte) (0xe0 | c >> 12);
            bytes[length++] = (byte) (0x80 | c >> 6 & 0x3f);
            bytes[length++] = (byte) (0x80 | c & 0x3f);
        }
        return i;
    }

    private void escape(char c) {
        char kind =
                switch (c) {
                    case '"' -> '"';
                    case '\\' -> '\\';
                    case '\n' -> 'n';
                    case '\r' -> 'r';
                    case '\t' -> 't';
                    case '\b' -> 'b';
                    case '\f' -> 'f';
                    default -> 'u';
                };
        if (kind == 'u') {
            unicode(c);
        } else {
            bytes[length++] = '\\';
            bytes[length++] = (byte) kind;
        }
    }

    private void unicode(char c) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[c >> shift & 0xf];
        }
    }

    /** What was written, and begins anew. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, length);
        length = 0;
        if (bytes.length > KEPT) {
            bytes = new byte[512];
        }
        return taken;
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
