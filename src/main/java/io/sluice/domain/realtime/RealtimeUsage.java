package io.sluice.domain.realtime;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.tokens.TokenUsage;

/** Reads the tokens of a response. Believes no number: see {@link TokenUsage}. */
final class RealtimeUsage {
    private RealtimeUsage() {}

    /** Reads the object {@code usage} that begins at the cursor. */
    static TokenUsage read(JsonCursor cursor) {
        long input = 0;
        long output = 0;
        long[] inputParts = new long[2];
        long[] outputParts = new long[2];
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("input_tokens")) {
                input = count(cursor);
            } else if (cursor.tokenIs("output_tokens")) {
                output = count(cursor);
            } else if (cursor.tokenIs("input_token_details") && cursor.peek() == '{') {
                parts(cursor, "cached_tokens", inputParts);
            } else if (cursor.tokenIs("output_token_details") && cursor.peek() == '{') {
                parts(cursor, "reasoning_tokens", outputParts);
            } else {
                cursor.skip();
            }
        }
        return new TokenUsage(input, inputParts[0], 0, output, outputParts[0], inputParts[1], outputParts[1]);
    }

    /** The first part is the named one, the second sound. */
    private static void parts(JsonCursor cursor, String name, long[] parts) {
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs(name)) {
                parts[0] = count(cursor);
            } else if (cursor.tokenIs("audio_tokens")) {
                parts[1] = count(cursor);
            } else {
                cursor.skip();
            }
        }
    }

    /** The number here, from 0 to {@link TokenUsage#MAX}; 0 for anything else. */
    private static long count(JsonCursor cursor) {
        int first = cursor.peek();
        if (first != '-' && (first < '0' || first > '9')) {
            cursor.skip();
            return 0;
        }
        cursor.scalar();
        return Math.clamp((long) Double.parseDouble(cursor.token()), 0, TokenUsage.MAX);
    }
}
