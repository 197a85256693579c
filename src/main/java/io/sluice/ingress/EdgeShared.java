package io.sluice.ingress;

import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.stored.StoredIds;
import io.sluice.message.OpenRequests;
import io.sluice.trace.Tracing;
import org.jspecify.annotations.Nullable;

/**
 * What the edges of all lanes of a node share. Safe on any thread.
 *
 * @param limits the bounds that count for all of them together
 * @param storedKeys virtual keys that are managed by API
 * @param openRequests requests that providers are asked
 * @param ownIds ids of stored responses with a secret of this node alone; null in a cluster
 * @param tracing makes traces; null for none
 * @param door by which the node's admin port sends requests
 */
public record EdgeShared(
        EdgeLimits limits,
        StoredKeys storedKeys,
        OpenRequests openRequests,
        @Nullable StoredIds ownIds,
        @Nullable Tracing tracing,
        SideDoor door) {}
