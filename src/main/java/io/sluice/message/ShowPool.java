package io.sluice.message;

/** Asks how every account stands. Request to {@link Address#POOL_SHOW}; answered with {@link PoolReport}. */
public record ShowPool() {}
