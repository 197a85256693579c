package io.sluice.domain.dialect.gemini;

import io.sluice.domain.chat.FinishReason;
import java.util.Locale;

/** Gemini's {@code finishReason} (Gemini API and Vertex AI, 2026). */
final class GeminiFinish {
    private GeminiFinish() {}

    /**
     * What a word means.
     *
     * @param word as the provider wrote it
     * @param called whether the answer calls functions: Gemini ends such an answer with {@code STOP}
     */
    static FinishReason read(String word, boolean called) {
        return switch (word.toUpperCase(Locale.ROOT)) {
            case "STOP" -> called ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "MAX_TOKENS" -> FinishReason.LENGTH;
            case "SAFETY",
                    "RECITATION",
                    "BLOCKLIST",
                    "PROHIBITED_CONTENT",
                    "SPII",
                    "LANGUAGE",
                    "IMAGE_SAFETY",
                    "IMAGE_PROHIBITED_CONTENT",
                    "IMAGE_RECITATION",
                    "MODEL_ARMOR" -> FinishReason.CONTENT_FILTER;
            default -> called ? FinishReason.TOOL_CALLS : FinishReason.OTHER;
        };
    }

    /** The word for a reason. */
    static String write(FinishReason reason) {
        return switch (reason) {
            case STOP, STOP_TEXT, TOOL_CALLS -> "STOP";
            case LENGTH -> "MAX_TOKENS";
            case CONTENT_FILTER, REFUSAL -> "SAFETY";
            case PAUSE, OTHER -> "OTHER";
        };
    }
}
