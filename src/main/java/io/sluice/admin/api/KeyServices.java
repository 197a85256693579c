package io.sluice.admin.api;

import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.stored.StoredIds;
import org.jspecify.annotations.Nullable;

/**
 * What the node knows of stored keys.
 *
 * @param inForce those that are looked up, and why others are not
 * @param ownIds holds the node's own secret, which counts where the files name none; null in a cluster
 */
public record KeyServices(StoredKeys inForce, @Nullable StoredIds ownIds) {}
