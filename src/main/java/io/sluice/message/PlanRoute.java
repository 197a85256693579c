package io.sluice.message;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;

/**
 * Asks a lane's router for candidates. Request; answered with {@link RouteDecision}.
 *
 * @param revision the revision the request began with
 * @param key the caller's key; fallbacks it may not use are left out
 * @param model public model name, known to the revision and allowed to the key
 * @param endpoint what it is asked for; a channel without it is passed over
 * @param stickyHash what the conversation sticks to; 0 for nothing
 * @param seed a random number, for requests that do not stick
 */
public record PlanRoute(
        GatewayRevision revision, VirtualKey key, String model, Endpoint endpoint, long stickyHash, long seed) {}
