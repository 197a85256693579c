package io.sluice.domain.dialect.anthropic;

import io.sluice.domain.chat.FinishReason;

/** Why an answer ended, in Anthropic's words (Anthropic API reference, Handling stop reasons, 2026). */
final class StopReasons {
    private StopReasons() {}

    /**
     * What a word means.
     *
     * @param word of {@code stop_reason}
     * @param calls whether the answer calls tools that the client knows
     */
    static FinishReason read(String word, boolean calls) {
        return switch (word) {
            case "end_turn" -> FinishReason.STOP;
            case "stop_sequence" -> FinishReason.STOP_TEXT;
            case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
            // The function that stands for an answer in JSON is no tool of the client's.
            case "tool_use" -> calls ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "pause_turn" -> FinishReason.PAUSE;
            case "refusal" -> FinishReason.REFUSAL;
            default -> FinishReason.OTHER;
        };
    }

    /**
     * The word for a reason.
     *
     * @param reason why
     * @param stopText the text that ended it was told
     * @param calls whether the answer calls tools
     * @param refused whether the answer holds a refusal
     */
    static String word(FinishReason reason, boolean stopText, boolean calls, boolean refused) {
        return switch (reason) {
            // Some services end an answer with calls in the word for any other.
            case STOP, OTHER -> calls ? "tool_use" : refused ? "refusal" : stopText ? "stop_sequence" : "end_turn";
            case STOP_TEXT -> stopText ? "stop_sequence" : "end_turn";
            case LENGTH -> "max_tokens";
            case TOOL_CALLS -> "tool_use";
            case CONTENT_FILTER, REFUSAL -> "refusal";
            case PAUSE -> "pause_turn";
        };
    }
}
