package io.sluice.message;

import io.sluice.domain.pool.GatewayRevision;

/**
 * A new configuration is live. Published to {@link Address#REVISION_CHANGED} on the node, once a lane.
 *
 * @param revision the whole of it
 */
public record RevisionChanged(GatewayRevision revision) {}
