package io.sluice.domain.pool;

/** How accounts of one priority tier share the load. */
public enum Strategy {
    /** By weight and headroom; conversations stick to an account. */
    SPREAD,
    /** One account is filled to its limit before the next, in file order. */
    FILL
}
