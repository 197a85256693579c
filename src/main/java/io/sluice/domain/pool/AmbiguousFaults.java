package io.sluice.domain.pool;

/** What follows a fault after which nobody knows whether the provider has acted, before the client has seen a byte. */
public enum AmbiguousFaults {
    /**
     * A call whose repetition can be seen or is dear (images, audio, responses that are stored on demand) is not repeated; nor is
     * one that is no stream when no answer came in time. Others are.
     */
    BY_CALL,
    /** Every call is repeated. */
    REPEAT,
    /** No call is repeated. */
    NEVER
}
