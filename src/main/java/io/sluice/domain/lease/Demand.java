package io.sluice.domain.lease;

/**
 * How much a scope's requests asked for lately on this node, so that leases are as large as traffic needs: it rises at
 * once to half of a new peak and falls by an eighth a period. Confined to its book's thread.
 */
final class Demand {
    private static final int D = Units.DIMENSIONS;
    private static final long PERIOD = 100_000_000L;
    private static final long RECENT = 2_000_000_000L;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private final long[] asked = new long[D];
    private final long[] perPeriod = new long[D];
    private long since;
    private long usedAt = NEVER;

    void add(long[] units) {
        for (int d = 0; d < D; d++) {
            asked[d] += units[d];
        }
    }

    /** Takes what was asked for since the last call into account. */
    void learn(long now) {
        long elapsed = now - since;
        if (elapsed < PERIOD / 2 && Units.isZero(asked)) {
            return;
        }
        if (!Units.isZero(asked)) {
            usedAt = now;
        }
        long periods = Math.max(1, elapsed / PERIOD);
        for (int d = 0; d < D; d++) {
            long sample = asked[d] / periods;
            perPeriod[d] = sample > perPeriod[d]
                    ? (perPeriod[d] + sample + 1) / 2
                    : perPeriod[d] - (perPeriod[d] - sample + 7) / 8;
            asked[d] = 0;
        }
        since = now;
    }

    /** Units of one dimension worth having: two periods' demand, none where nothing was asked lately. */
    long wanted(long now, int d) {
        return isRecent(now) ? 2 * perPeriod[d] : 0;
    }

    /** Requests that one more period may bring at once, at most some. */
    int places(long now, int most) {
        return isRecent(now) ? (int) Math.min(1 + perPeriod[0], most) : 0;
    }

    private boolean isRecent(long now) {
        return now - usedAt < RECENT;
    }
}
