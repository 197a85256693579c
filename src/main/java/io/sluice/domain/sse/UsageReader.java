package io.sluice.domain.sse;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** Reads a {@code usage} object under the names of either OpenAI API, or of rerank's {@code meta.tokens}. Believes no number: see {@link TokenUsage}. */
final class UsageReader {
    private static final long NONE = -1;

    /** Sound that is charged by its length counts as what OpenAI's models make of it (OpenAI audio guide, 2026). */
    private static final long TOKENS_A_SECOND = 10;

    private final JsonCursor cursor;
    private long input;
    private long output;
    private long total;
    private long seconds;
    private long cached;
    private long reasoning;

    UsageReader(JsonCursor cursor) {
        this.cursor = cursor;
    }

    /** Reads the object that begins at the cursor. Null when it counts nothing. */
    @Nullable
    TokenUsage read() {
        input = NONE;
        output = NONE;
        total = NONE;
        seconds = NONE;
        cached = 0;
        reasoning = 0;
        members(true);
        if (input == NONE && output == NONE) {
            long all = total == NONE && seconds != NONE ? seconds * TOKENS_A_SECOND : total;
            return all == NONE ? null : new TokenUsage(all, cached, 0, 0);
        }
        if (output == NONE) {
            output = Math.max(0, total - input);
        }
        return new TokenUsage(input, cached, output, reasoning);
    }

    private void members(boolean outer) {
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("prompt_tokens") || cursor.tokenIs("input_tokens")) {
                input = count(input);
            } else if (cursor.tokenIs("completion_tokens") || cursor.tokenIs("output_tokens")) {
                output = count(output);
            } else if (cursor.tokenIs("total_tokens")) {
                total = count(total);
            } else if (cursor.tokenIs("prompt_cache_hit_tokens")) {
                cached = count(cached);
            } else if (cursor.tokenIs("prompt_tokens_details") || cursor.tokenIs("input_tokens_details")) {
                cached = detail("cached_tokens", cached);
            } else if (cursor.tokenIs("completion_tokens_details") || cursor.tokenIs("output_tokens_details")) {
                reasoning = detail("reasoning_tokens", reasoning);
            } else if (cursor.tokenIs("seconds")) {
                seconds = count(seconds);
            } else if (outer && cursor.tokenIs("tokens") && cursor.peek() == '{') {
                members(false);
            } else {
                cursor.skip();
            }
        }
    }

    private long detail(String name, long before) {
        if (cursor.peek() != '{') {
            cursor.skip();
            return before;
        }
        long found = before;
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs(name)) {
                found = count(found);
            } else {
                cursor.skip();
            }
        }
        return found;
    }

    /** The number here, also inside a string, from 0 to {@link TokenUsage#MAX}; {@code before} for anything else. */
    private long count(long before) {
        int first = cursor.peek();
        if (first == '"') {
            cursor.string();
        } else if (first == '-' || first >= '0' && first <= '9') {
            cursor.scalar();
        } else {
            cursor.skip();
            return before;
        }
        if (cursor.tokenEnd() - cursor.tokenStart() > JsonCursor.MAX_NUMBER) {
            return before;
        }
        try {
            return Math.clamp((long) Double.parseDouble(cursor.token()), 0, TokenUsage.MAX);
        } catch (NumberFormatException e) {
            return before;
        }
    }
}
