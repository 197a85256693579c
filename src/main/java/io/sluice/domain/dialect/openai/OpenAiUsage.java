package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** {@code usage} objects. No number of a provider is believed beyond {@link TokenUsage#MAX}. */
final class OpenAiUsage {
    private static final long NONE = -1;
    private static final int LONGEST = 40;

    private OpenAiUsage() {}

    /**
     * Reads a usage of any server of this kind. Some keep reasoning out of {@code completion_tokens} and say so by their
     * total (xAI, 2026): there it is added.
     *
     * @return null when it counts nothing
     */
    static @Nullable TokenUsage read(@Nullable JsonNode usage) {
        if (usage == null || !usage.isObject()) {
            return null;
        }
        long input = count(usage, "prompt_tokens", "input_tokens");
        long output = count(usage, "completion_tokens", "output_tokens");
        long total = count(usage, "total_tokens", "total_tokens");
        if (input == NONE && output == NONE) {
            return total == NONE ? null : new TokenUsage(total, 0, 0, 0);
        }
        input = Math.max(0, input);
        JsonNode prompt = usage.path("prompt_tokens_details");
        long cached = Math.max(
                count(prompt, "cached_tokens", "cached_tokens"),
                count(usage, "prompt_cache_hit_tokens", "cached_tokens"));
        long written = count(prompt, "cache_write_tokens", "cache_creation_tokens");
        long reasoning =
                Math.max(0, count(usage.path("completion_tokens_details"), "reasoning_tokens", "reasoning_tokens"));
        if (output == NONE) {
            output = Math.max(0, total - input);
        } else if (reasoning > 0 && total == input + output + reasoning) {
            output += reasoning;
        }
        return new TokenUsage(input, Math.max(0, cached), Math.max(0, written), output, reasoning);
    }

    /** The first of two numbers that is there, also inside a string; {@link #NONE} for none. */
    private static long count(JsonNode object, String name, String other) {
        long first = number(object.path(name));
        return first == NONE ? number(object.path(other)) : first;
    }

    private static long number(JsonNode value) {
        if (value.isNumber()) {
            return Math.clamp((long) value.doubleValue(), 0, TokenUsage.MAX);
        }
        if (!value.isTextual() || value.textValue().length() > LONGEST) {
            return NONE;
        }
        try {
            return Math.clamp((long) Double.parseDouble(value.textValue()), 0, TokenUsage.MAX);
        } catch (NumberFormatException e) {
            return NONE;
        }
    }

    /** Writes a usage as OpenAI does. */
    static void write(TokenUsage usage, Utf8Buffer out) {
        out.ascii("{\"prompt_tokens\":").number(usage.input());
        out.ascii(",\"completion_tokens\":").number(usage.output());
        out.ascii(",\"total_tokens\":").number(usage.input() + usage.output());
        out.ascii(",\"prompt_tokens_details\":{\"cached_tokens\":").number(usage.cachedInput());
        out.ascii(",\"cache_write_tokens\":").number(usage.cacheWrite());
        out.ascii(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":")
                .number(usage.reasoning());
        out.ascii(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
    }
}
