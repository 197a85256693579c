package io.sluice.message;

import io.sluice.domain.health.PoolSnapshot;

/**
 * How the pool stands now. Published to {@link Address#POOL_HEALTH}, to every lane, when it changed.
 *
 * @param snapshot the whole picture
 */
public record PoolHealth(PoolSnapshot snapshot) {}
