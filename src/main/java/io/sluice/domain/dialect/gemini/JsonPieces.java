package io.sluice.domain.dialect.gemini;

import io.sluice.domain.sse.SseEvents.Handler;
import java.util.Arrays;

/**
 * Finds the objects of one JSON text, cut anywhere: the text itself when it is an object, its elements when it is an
 * array. Follows strings and brackets alone. Holds one object at most, and of that no more than its bound.
 */
final class JsonPieces {
    private static final byte[] NOTHING = new byte[0];

    private final int mostBytes;
    private byte[] held = NOTHING;
    private int length;
    private int depth;
    /** Whether the brace that begins the object is still to be passed. */
    private boolean fresh;

    private boolean inString;
    private boolean escaped;
    private boolean array;
    private boolean begun;
    private boolean closed;
    private boolean wrong;

    /**
     * Objects of one text.
     *
     * @param mostBytes of one object
     */
    JsonPieces(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Takes the next piece; false when the text is no such JSON, is over its bound, or the handler wants no more. */
    boolean feed(byte[] piece, Handler handler) {
        int at = 0;
        while (at < piece.length && !wrong) {
            if (depth == 0) {
                at = between(piece, at);
                continue;
            }
            int end = inside(piece, at);
            if (length + end - at > mostBytes) {
                wrong = true;
            } else if (depth > 0 || length > 0) {
                hold(piece, at, end);
                if (depth == 0) {
                    wrong = !handler.event(held, 0, length);
                    length = 0;
                    held = held.length > 4_096 ? NOTHING : held;
                }
            } else {
                wrong = !handler.event(piece, at, end);
            }
            closed = depth == 0 && !array;
            at = end;
        }
        return !wrong;
    }

    /** Whether the text has ended where it should. */
    boolean isClosed() {
        return closed && !wrong;
    }

    private int between(byte[] piece, int at) {
        int b = piece[at] & 0xff;
        boolean blank = b == ' ' || b == '\t' || b == '\r' || b == '\n' || b == 0xef || b == 0xbb || b == 0xbf;
        if (blank) {
            return at + 1;
        }
        if (b == '{' && !closed) {
            begun = true;
            depth = 1;
            fresh = true;
            return at;
        }
        if (b == '[' && !begun) {
            begun = true;
            array = true;
        } else if (b == ']' && array && !closed) {
            closed = true;
        } else if (b != ',' || !array || closed) {
            wrong = true;
        }
        return at + 1;
    }

    private int inside(byte[] piece, int at) {
        int i = at;
        if (fresh) {
            fresh = false;
            i++;
        }
        for (; i < piece.length; i++) {
            byte b = piece[i];
            if (inString) {
                if (escaped) {
                    escaped = false;
                } else if (b == '\\') {
                    escaped = true;
                } else if (b == '"') {
                    inString = false;
                }
            } else if (b == '"') {
                inString = true;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if (b == '}' || b == ']') {
                if (--depth == 0) {
                    return i + 1;
                }
            }
        }
        return i;
    }

    private void hold(byte[] piece, int from, int to) {
        int needed = length + to - from;
        if (needed > held.length) {
            held = Arrays.copyOf(held, Math.max(needed, Math.min(mostBytes, held.length * 2)));
        }
        System.arraycopy(piece, from, held, length, to - from);
        length = needed;
    }
}
