package io.sluice.message;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import org.jspecify.annotations.Nullable;

/**
 * Asks a lane's router for candidates. Request; answered with {@link RouteDecision}.
 *
 * @param revision the revision the request began with
 * @param key the caller's key; fallbacks it may not use are left out
 * @param model public model name, known to the revision and allowed to the key
 * @param endpoint what it is asked for; a channel without it is passed over
 * @param stickyHash what the conversation sticks to; 0 for nothing
 * @param seed a random number, for requests that do not stick
 * @param account {@code channel/account}, the only one that can serve, because it keeps what the request goes on from; null
 *     for any
 * @param mayFallBack whether another account may be asked when the first one fails, whatever the fault: only then does a trial
 *     cost the client nothing
 */
public record PlanRoute(
        GatewayRevision revision,
        VirtualKey key,
        String model,
        Endpoint endpoint,
        long stickyHash,
        long seed,
        @Nullable String account,
        boolean mayFallBack) {
    /** Any account can serve, and another one may be asked when it fails. */
    public PlanRoute(
            GatewayRevision revision, VirtualKey key, String model, Endpoint endpoint, long stickyHash, long seed) {
        this(revision, key, model, endpoint, stickyHash, seed, null, true);
    }

    /** The same of a request that has asked before: whether it may fall back further on. */
    public PlanRoute fallingBack(boolean further) {
        return new PlanRoute(revision, key, model, endpoint, stickyHash, seed, account, mayFallBack && further);
    }

    /**
     * The same for another model.
     *
     * @param other its public name
     * @param newSeed a random number
     */
    public PlanRoute of(String other, long newSeed) {
        return new PlanRoute(revision, key, other, endpoint, stickyHash, newSeed, account, mayFallBack);
    }
}
