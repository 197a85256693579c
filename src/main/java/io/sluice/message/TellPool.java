package io.sluice.message;

/**
 * Has the pool's health told to every lane. Request to {@link Address#POOL_TELL}; answered with itself, after
 * {@link PoolHealth} was published.
 */
public record TellPool() {}
