package io.sluice.tokens;

import io.sluice.domain.chat.ChatText;

/** What a prompt takes beyond its text. */
public final class PromptTokens {
    /** What stands around each message, and before the answer (OpenAI cookbook, "How to count tokens", 2026-11). */
    private static final int PER_MESSAGE = 3;

    private static final int OF_REPLY = 3;

    /** A picture or sound, whose size is not known before it is looked at: what a high-detail picture costs. */
    private static final int PER_MEDIA = 1_000;

    private PromptTokens() {}

    /**
     * Counts a prompt. Blocks as {@link Vocabulary#count} does.
     *
     * @param text what the prompt says
     * @param vocabulary its model's
     */
    public static long count(ChatText text, Vocabulary vocabulary) {
        return vocabulary.count(text.texts())
                + (long) PER_MESSAGE * text.messages()
                + OF_REPLY
                + (long) PER_MEDIA * text.media();
    }
}
