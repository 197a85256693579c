package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's counts of one answer. They are running totals: each number replaces the one before. Input, cache reads and
 * cache writes have no token in common (Anthropic API reference, Messages, 2026).
 */
final class UsageParts {
    private static final long NONE = -1;

    private long input = NONE;
    private long output = NONE;
    private long cacheRead;
    private long cacheWrite;
    private long thinking;

    /** Takes a {@code usage} value; anything but an object says nothing. */
    void read(JsonNode usage) {
        input = count(usage, "input_tokens", input);
        output = count(usage, "output_tokens", output);
        cacheRead = count(usage, "cache_read_input_tokens", cacheRead);
        cacheWrite = count(usage, "cache_creation_input_tokens", cacheWrite);
        thinking = count(usage.path("output_tokens_details"), "thinking_tokens", thinking);
    }

    /** What is counted so far; null while nothing is. */
    @Nullable
    TokenUsage tokens() {
        if (input == NONE && output == NONE) {
            return null;
        }
        long prompt = Math.max(0, input) + cacheRead + cacheWrite;
        return new TokenUsage(prompt, cacheRead, cacheWrite, Math.max(0, output), thinking);
    }

    private static long count(JsonNode object, String name, long before) {
        JsonNode value = object.path(name);
        return value.isNumber() ? (long) Math.clamp(value.doubleValue(), 0, (double) TokenUsage.MAX) : before;
    }
}
