package io.sluice.domain.pool;

import io.sluice.domain.Secret;
import io.sluice.domain.quota.AccountLimits;
import org.jspecify.annotations.Nullable;

/**
 * One upstream credential of a channel.
 *
 * @param id {@code channel/name}: unique in a revision and stable over revisions
 * @param name unique in the channel
 * @param index position among all accounts of the revision, from 0; the index of headroom reports
 * @param key the credential
 * @param limits what the provider allows it
 * @param quotaOf name shared by accounts whose provider counts them together; null when it counts alone
 * @param own what counts in the place of its channel's options; null when the channel's count
 * @param state what the files want of it, by itself or by its channel, the stricter of both
 */
public record Account(
        String id,
        String name,
        int index,
        Secret key,
        AccountLimits limits,
        @Nullable String quotaOf,
        @Nullable Own own,
        AccountState state) {
    /**
     * Options of an account: what it does not say itself is its channel's.
     *
     * @param timeouts its time limits
     * @param outbound what is added to its requests
     * @param parameters what it changes in the fields of requests, before what its channel changes
     */
    public record Own(Timeouts timeouts, Outbound outbound, ParameterRules parameters) {}

    /** An account in service, with the options of its channel. */
    public Account(String id, String name, int index, Secret key, AccountLimits limits, @Nullable String quotaOf) {
        this(id, name, index, key, limits, quotaOf, null, AccountState.ENABLED);
    }

    /** The same account with another credential. */
    public Account withKey(Secret other) {
        return new Account(id, name, index, other, limits, quotaOf, own, state);
    }
}
