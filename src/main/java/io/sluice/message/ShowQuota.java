package io.sluice.message;

/** Asks for every scope's counters. Request to {@link Address#QUOTA_SHOW}; answered with {@link QuotaCounters}. */
public record ShowQuota() {}
