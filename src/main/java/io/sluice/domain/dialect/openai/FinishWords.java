package io.sluice.domain.dialect.openai;

import io.sluice.domain.chat.FinishReason;
import org.jspecify.annotations.Nullable;

/** Words of {@code finish_reason}: OpenAI's, and those of servers like it (vendors' references, 2026). */
final class FinishWords {
    private FinishWords() {}

    /**
     * What a word means.
     *
     * @return null for a word that says the answer failed
     */
    static @Nullable FinishReason read(String word) {
        return switch (word) {
            case "stop", "eos", "normal" -> FinishReason.STOP;
            case "length", "max_tokens", "model_length", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter", "sensitive" -> FinishReason.CONTENT_FILTER;
            case "error", "network_error", "insufficient_system_resource" -> null;
            default -> FinishReason.OTHER;
        };
    }

    /**
     * The word for a reason.
     *
     * @param refused whether the answer holds the text of a refusal: with it, OpenAI stops
     */
    static String write(FinishReason reason, boolean refused) {
        return switch (reason) {
            case STOP, STOP_TEXT, PAUSE, OTHER -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
            case REFUSAL -> refused ? "stop" : "content_filter";
        };
    }
}
