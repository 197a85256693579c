package io.sluice.admin;

/**
 * What the node knows by itself, kept from what its parts tell.
 *
 * @param configuration the live one, and why another was not taken
 * @param pool how the accounts stand
 * @param quota how much is used
 * @param members who else is there
 * @param ledger how it stands
 * @param refusals why requests got no room
 */
record NodeViews(
        ConfigView configuration,
        PoolView pool,
        QuotaView quota,
        MembersView members,
        LedgerView ledger,
        RefusalsView refusals) {}
