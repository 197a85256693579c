package io.sluice.domain.routing;

import io.sluice.domain.health.PoolSnapshot;

/**
 * What a lane knows of the pool of one revision at one moment. A new moment is a new object, and what was worked out of the
 * old one is out of date.
 *
 * @param snapshot how the pool stands
 * @param headroom permille by account index; an index beyond it counts as idle
 */
record PoolView(PoolSnapshot snapshot, int[] headroom) {
    private static final int IDLE = 1_000;

    /** An account's free share, 0 (full) to 1000. */
    int headroomOf(int account) {
        return account < headroom.length ? headroom[account] : IDLE;
    }
}
