package io.sluice.domain.pool;

import io.sluice.domain.Secret;
import io.sluice.domain.quota.AccountLimits;
import org.jspecify.annotations.Nullable;

/**
 * One upstream credential of a channel.
 *
 * @param channel name of its channel
 * @param name unique in the channel
 * @param index position among all accounts of the revision, from 0; the index of headroom reports
 * @param key the credential
 * @param limits what the provider allows it
 * @param quotaOf name shared by accounts whose provider counts them together; null when it counts alone
 */
public record Account(
        String channel,
        String name,
        int index,
        Secret key,
        AccountLimits limits,
        @Nullable String quotaOf) {
    /** {@code channel/name}: unique in a revision and stable over revisions. */
    public String id() {
        return channel + "/" + name;
    }
}
