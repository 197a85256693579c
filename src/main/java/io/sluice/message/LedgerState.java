package io.sluice.message;

/**
 * Whether usage can be recorded. Published to {@link Address#LEDGER_STATE} when it changes, and about once a second besides; not
 * where there is no ledger.
 *
 * @param takesRequests whether requests may begin: what they use can be recorded, or the policy is to go on without
 * @param trouble what is wrong, for operators; empty for nothing
 * @param waiting records that are not in the ledger yet
 * @param oldestMillis how long the oldest of them has waited
 */
public record LedgerState(boolean takesRequests, String trouble, long waiting, long oldestMillis) {}
