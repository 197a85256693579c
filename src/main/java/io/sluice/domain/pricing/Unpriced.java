package io.sluice.domain.pricing;

/** What happens to a request that nobody can price. */
public enum Unpriced {
    /** It is served, recorded as unpriced, and operators are told. */
    RECORD,
    /** It is refused. */
    REFUSE
}
