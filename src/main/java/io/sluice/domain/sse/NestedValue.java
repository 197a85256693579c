package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.domain.json.TokenEstimate;
import java.util.Set;

/** Follows one object or array to its end, over pieces cut anywhere, by its strings and brackets alone. */
final class NestedValue {
    /** Members that say what something is, and are nothing that a model wrote. */
    private static final Set<String> LABELS = Set.of(
            "role",
            "id",
            "type",
            "object",
            "status",
            "finish_reason",
            "stop_reason",
            "call_id",
            "token",
            "signature",
            "encrypted_content");

    private static final int LONGEST_LABEL = 20;

    private final TokenEstimate estimate;
    private final StringBuilder name = new StringBuilder();
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
                    if (!isValue) {
                        name.setLength(0);
                    }
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
        int end = inString ? i : i - 1;
        if (!isValue) {
            name.append(
                    new String(chunk, at, Math.max(0, Math.min(end - at, LONGEST_LABEL - name.length())), ISO_8859_1));
        } else if (counts) {
            estimate.addString(chunk, at, end, LABELS.contains(name.toString()));
        }
        return i;
    }
}
