package io.sluice.domain.chat;

/** Why an answer ended. */
public enum FinishReason {
    /** The model had said all. */
    STOP,
    /** One of the texts that end the answer came. */
    STOP_TEXT,
    /** The most output tokens, or the model's context, are used up. */
    LENGTH,
    /** The model waits for the results of its calls. */
    TOOL_CALLS,
    /** The provider's filter. */
    CONTENT_FILTER,
    /** The model refused. */
    REFUSAL,
    /** The provider paused a long turn; the client may send it back to go on (Anthropic). */
    PAUSE,
    /** Anything else, or a word that is not known. */
    OTHER
}
