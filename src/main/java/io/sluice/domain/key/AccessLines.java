package io.sluice.domain.key;

/** Which requests of a key get a line in the access log. Counted, metered and billed are all. */
public enum AccessLines {
    /** Every one. */
    USUAL,
    /** Those that did not end well. */
    QUIET,
    /** None. */
    OFF
}
