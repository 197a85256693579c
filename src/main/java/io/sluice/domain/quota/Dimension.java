package io.sluice.domain.quota;

/** What a limit counts. */
public enum Dimension {
    /** Requests, one each. */
    REQUESTS,
    /** Input and output tokens together. */
    TOKENS,
    /** Input tokens. */
    INPUT_TOKENS,
    /** Output tokens. */
    OUTPUT_TOKENS,
    /** Images. */
    IMAGES
}
