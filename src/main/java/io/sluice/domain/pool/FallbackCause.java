package io.sluice.domain.pool;

/** Why a request may go on with another model although its own has candidates. */
public enum FallbackCause {
    /** The request is longer than the model's context. */
    CONTEXT,
    /** The provider's filter refuses what is asked, or what would be answered. */
    CONTENT,
    /** The provider's service says that it is overloaded, for everybody. */
    OVERLOADED
}
