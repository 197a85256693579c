package io.sluice.domain.dialect.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** What whole answers and streams have in common. */
final class BedrockReading {
    private BedrockReading() {}

    /**
     * Why an answer ended.
     *
     * @param word Bedrock's; empty when it said none
     * @return null when the model's output is broken, so that there is no answer
     */
    static @Nullable FinishReason reason(String word) {
        return switch (word) {
            case "end_turn" -> FinishReason.STOP;
            case "stop_sequence" -> FinishReason.STOP_TEXT;
            case "tool_use" -> FinishReason.TOOL_CALLS;
            case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "guardrail_intervened", "content_filtered" -> FinishReason.CONTENT_FILTER;
            case "refusal" -> FinishReason.REFUSAL;
            case "pause_turn" -> FinishReason.PAUSE;
            case "malformed_model_output", "malformed_tool_use" -> null;
            default -> FinishReason.OTHER;
        };
    }

    /**
     * Tokens. Bedrock counts what was read from and written to its cache apart from the input.
     *
     * @return null when there are none
     */
    static @Nullable TokenUsage usage(JsonNode usage) {
        if (!usage.path("inputTokens").isNumber() && !usage.path("outputTokens").isNumber()) {
            return null;
        }
        long read = tokens(usage, "cacheReadInputTokens");
        long write = tokens(usage, "cacheWriteInputTokens");
        return new TokenUsage(
                tokens(usage, "inputTokens") + read + write, read, write, tokens(usage, "outputTokens"), 0);
    }

    /** In range before it is added up. */
    private static long tokens(JsonNode usage, String field) {
        JsonNode value = usage.path(field);
        if (!value.isNumber()) {
            return 0;
        }
        return value.canConvertToLong() ? Math.clamp(value.longValue(), 0, TokenUsage.MAX) : TokenUsage.MAX;
    }

    /** The text of a member; empty when it is none. */
    static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isTextual() ? value.textValue() : "";
    }

    /** The sentence of an error. */
    static String message(JsonNode error) {
        String message = text(error, "message");
        return message.isEmpty() ? text(error, "Message") : message;
    }
}
