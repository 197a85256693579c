package io.sluice.domain.sse;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code usage} objects of one Anthropic answer. Their counts are running totals: each number replaces the one
 * before, and one that is missing or null leaves it. Input, cache reads and cache writes have no token in common
 * (Anthropic API reference, Messages, 2026). Believes no number: see {@link TokenUsage}.
 */
final class MessageUsage {
    private static final long NONE = -1;

    private long input = NONE;
    private long output = NONE;
    private long cacheRead;
    private long cacheWrite;
    private long thinking;

    /** Reads the value at the cursor, which need not be an object. */
    void read(JsonCursor cursor) {
        if (cursor.peek() != '{') {
            cursor.skip();
            return;
        }
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("input_tokens")) {
                input = count(cursor, input);
            } else if (cursor.tokenIs("output_tokens")) {
                output = count(cursor, output);
            } else if (cursor.tokenIs("cache_read_input_tokens")) {
                cacheRead = count(cursor, cacheRead);
            } else if (cursor.tokenIs("cache_creation_input_tokens")) {
                cacheWrite = count(cursor, cacheWrite);
            } else if (cursor.tokenIs("output_tokens_details")) {
                details(cursor);
            } else {
                cursor.skip();
            }
        }
    }

    /** What is counted so far; null while nothing is. */
    @Nullable
    TokenUsage usage() {
        if (input == NONE && output == NONE) {
            return null;
        }
        long prompt = Math.max(0, input) + cacheRead + cacheWrite;
        return new TokenUsage(prompt, cacheRead, cacheWrite, Math.max(0, output), thinking);
    }

    private void details(JsonCursor cursor) {
        if (cursor.peek() != '{') {
            cursor.skip();
            return;
        }
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("thinking_tokens")) {
                thinking = count(cursor, thinking);
            } else {
                cursor.skip();
            }
        }
    }

    /** The number here, from 0 to {@link TokenUsage#MAX}; {@code before} for anything else. */
    private static long count(JsonCursor cursor, long before) {
        int first = cursor.peek();
        if (first != '-' && (first < '0' || first > '9')) {
            cursor.skip();
            return before;
        }
        cursor.scalar();
        // A number of at most JsonCursor.MAX_NUMBER characters, in the syntax of JSON.
        return Math.clamp((long) Double.parseDouble(cursor.token()), 0, TokenUsage.MAX);
    }
}
