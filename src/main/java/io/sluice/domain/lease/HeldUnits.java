package io.sluice.domain.lease;

import io.sluice.domain.quota.Estimate;
import java.util.Arrays;

/**
 * The units of one scope that this node holds: each is spare, or reserved by a debit. What was written is kept until the
 * next statement tells it. Arrays are by {@link io.sluice.domain.quota.Dimension}. Confined to its book's thread.
 */
final class HeldUnits {
    private static final int D = Units.DIMENSIONS;

    private final long[] spare = new long[D];
    private final long[] reserved = new long[D];
    private final long[] written = new long[D];
    private final long[] held = new long[D];
    /** What of the lease is there to be spent: spare and reserved units are never believed to be more. */
    private final long[] backing = new long[D];

    /** Everything held is void; what was written still has to be told. */
    void drop() {
        Arrays.fill(spare, 0);
        Arrays.fill(reserved, 0);
        Arrays.fill(held, 0);
        Arrays.fill(backing, 0);
    }

    long spare(int d) {
        return spare[d];
    }

    /** What is kept when nothing is handed over: spare units and those that debits need. */
    long needed(int d) {
        return Math.max(0, reserved[d]) + spare[d];
    }

    void reserve(long[] units) {
        for (int d = 0; d < D; d++) {
            spare[d] = Math.max(0, spare[d] - units[d]); // Below zero where nothing limits it here.
            reserved[d] += units[d];
        }
    }

    void release(long[] units) {
        for (int d = 0; d < D; d++) {
            reserved[d] -= units[d];
            free(d, units[d]);
        }
    }

    /** Units are spare again, unless no lease ever covered them: their limit may be younger than their debit. */
    private void free(int d, long units) {
        spare[d] = Math.min(spare[d] + units, Math.max(0, backing[d] - reserved[d]));
    }

    /** Reserved units were written; what was not used is spare again. */
    void write(long[] units, Estimate actual) {
        for (int d = 0; d < D; d++) {
            long used = actual.units(ScopeLease.DIMENSIONS[d]);
            reserved[d] -= units[d];
            written[d] += used;
            backing[d] = Math.max(0, backing[d] - Math.min(used, units[d]));
            free(d, Math.max(0, units[d] - used));
        }
    }

    /** Reserved units were written; what was not used comes back as a refund. */
    void write(long[] units, long[] used) {
        for (int d = 0; d < D; d++) {
            reserved[d] -= units[d];
            written[d] += used[d];
            backing[d] = Math.max(0, backing[d] - used[d]);
        }
    }

    /** Units that were called written never were. */
    void unwrite(long[] units) {
        for (int d = 0; d < D; d++) {
            written[d] -= units[d];
            backing[d] += units[d];
            free(d, units[d]);
        }
    }

    /** Units that no lease covers were written, or were perhaps told in vain: the next statement tells them. */
    void owe(int d, long units) {
        written[d] += units;
    }

    /** Spare units beyond some go back with the statement that is made now. */
    void keep(int d, long mostSpare) {
        spare[d] = Math.min(spare[d], mostSpare);
        held[d] = needed(d);
        backing[d] = held[d];
    }

    void grant(int d, long units) {
        spare[d] += units;
        held[d] += units;
        backing[d] += units;
    }

    /** What was written since the last statement; told once. */
    Units takeWritten() {
        for (int d = 0; d < D; d++) {
            written[d] = Math.max(0, written[d]);
        }
        Units taken = Units.of(written);
        Arrays.fill(written, 0);
        return taken;
    }

    boolean hasWritten() {
        return !Units.isZero(written);
    }

    boolean hasSpare() {
        return !Units.isZero(spare);
    }

    /** Whether the lease holds nothing. */
    boolean isEmpty() {
        return Units.isZero(held);
    }

    /** Whether nothing is held, reserved or left to tell. */
    boolean isIdle() {
        return isEmpty() && Units.isZero(reserved) && !hasWritten();
    }
}
