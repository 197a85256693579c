package io.sluice.ingress;

import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.stored.StoredIds;
import io.sluice.message.OpenRequests;
import org.jspecify.annotations.Nullable;

/**
 * What the edges of all lanes of a node share. Safe on any thread.
 *
 * @param limits the bounds that count for all of them together
 * @param storedKeys virtual keys that are managed by API
 * @param openRequests requests that providers are asked
 * @param ownIds ids of stored responses with a secret of this node alone; null in a cluster
 * @param door by which the node's admin port sends requests
 */
public record EdgeShared(
        EdgeLimits limits,
        StoredKeys storedKeys,
        OpenRequests openRequests,
        @Nullable StoredIds ownIds,
        SideDoor door) {}
