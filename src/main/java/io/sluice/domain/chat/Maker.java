package io.sluice.domain.chat;

import java.util.Locale;

/**
 * Who made a {@link Proof}, and so the only one that takes it back. Services of one maker take the proofs of each other.
 */
public enum Maker {
    /**
     * Claude, wherever it runs. Anthropic documents its signatures as valid on all platforms (Extended thinking, 2026), so
     * what Claude signed at Amazon Bedrock goes to Anthropic and the reverse.
     */
    ANTHROPIC,
    /**
     * Thinking that Amazon Bedrock hides. It writes it as bytes of its own, and nobody says that they are those of
     * Anthropic's own API: it goes back to Bedrock alone.
     */
    BEDROCK,
    /** Gemini, at AI Studio and at Vertex AI. */
    GEMINI,
    /** OpenAI, which seals what its models thought. */
    OPENAI,
    /** OpenRouter, and servers that give {@code reasoning_details} as it does. */
    OPENROUTER,
    /** Nobody that is known: no provider is shown it. */
    OTHER;

    /** Its word in labels. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
