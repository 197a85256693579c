package io.sluice.message;

/**
 * A provider's word about an account, heard by one node. Announced to {@link Address#ACCOUNT_HEALTH} on every node; may be
 * lost, or repeated.
 *
 * @param origin the run of the node that heard it
 * @param account {@code channel/account}
 * @param credential fingerprint of the credential that was used: the word does not hold for its replacement
 * @param upstreamModel the provider's name of the model; empty for the whole account
 * @param trouble what the provider said
 * @param forMillis for how long, milliseconds, where it is for a time
 * @param exact whether the provider named that time
 */
public record AccountHealth(
        String origin,
        String account,
        String credential,
        String upstreamModel,
        Trouble trouble,
        long forMillis,
        boolean exact) {
    /** What a provider says of an account. The order is part of the wire format: append only. */
    public enum Trouble {
        /** Slow down. */
        THROTTLED,
        /** The account does not have the model. */
        MODEL_MISSING,
        /** No provider's word: a human ended its cooldowns. */
        CLEARED
    }
}
