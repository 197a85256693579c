package io.sluice.domain.sse;

import io.sluice.domain.json.TokenEstimate;

/** Follows one object or array to its end, over pieces cut anywhere, by its strings and brackets alone. */
final class NestedValue {
    private final TokenEstimate estimate;
    private boolean counts;
    private boolean inString;
    private boolean escaped;
    private boolean isValue;
    private int depth;

    NestedValue(TokenEstimate estimate) {
        this.estimate = estimate;
    }

    /**
     * A new value begins with the next byte.
     *
     * @param countsText whether the strings that are values of members are text that costs tokens
     */
    void begin(boolean countsText) {
        counts = countsText;
        inString = false;
        depth = 0;
    }

    /** Whether the value has ended. */
    boolean isClosed() {
        return depth == 0;
    }

    /** Reads up to the value's end, or the piece's; returns where that is. */
    int read(byte[] chunk, int at) {
        int i = at;
        do {
            i = inString ? string(chunk, i) : tokens(chunk, i);
        } while (i < chunk.length && depth > 0);
        return i;
    }

    /** Goes on to the next string, or to the end of the value. */
    private int tokens(byte[] chunk, int at) {
        for (int i = at; i < chunk.length; i++) {
            switch (chunk[i]) {
                case '"' -> {
                    inString = true;
                    escaped = false;
                    return i + 1;
                }
                case '{', '[' -> {
                    depth++;
                    isValue = chunk[i] == '[';
                }
                case '}', ']' -> {
                    if (--depth == 0) {
                        return i + 1;
                    }
                }
                case ':' -> isValue = true;
                case ',' -> isValue = false;
                default -> {}
            }
        }
        return chunk.length;
    }

    private int string(byte[] chunk, int at) {
        int i = at;
        while (i < chunk.length && inString) {
            byte b = chunk[i++];
            inString = b != '"' || escaped;
            escaped = b == '\\' && !escaped;
        }
        if (counts && isValue) {
            estimate.addText(chunk, at, inString ? i : i - 1);
        }
        return i;
    }
}
