package io.sluice.testkit;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.GatewayRevision;
import java.util.Arrays;

/** Builds a picture of a pool's health: everybody is up, unless it is said otherwise. */
public final class SnapshotBuilder {
    private final String revision;
    private final byte[] standings;
    private final long[] until;
    private final short[] shares;
    private final int[] latencyMicros;
    private final byte[] marks;

    /** Of a revision, by slot. */
    public SnapshotBuilder(GatewayRevision revision) {
        this.revision = revision.id();
        int slots = revision.slots();
        standings = new byte[slots];
        until = new long[slots];
        shares = new short[slots];
        Arrays.fill(shares, (short) PoolSnapshot.WHOLE);
        latencyMicros = new int[slots];
        marks = new byte[slots];
    }

    /** How one stands, with nothing known of its return. */
    public SnapshotBuilder stands(int slot, byte standing) {
        standings[slot] = standing;
        return this;
    }

    /** How one stands, and until when. */
    public SnapshotBuilder stands(int slot, byte standing, long untilNanos) {
        until[slot] = untilNanos;
        return stands(slot, standing);
    }

    /** What part of one's weight counts, permille. */
    public SnapshotBuilder share(int slot, int permille) {
        shares[slot] = (short) permille;
        return this;
    }

    /** How long one usually takes. */
    public SnapshotBuilder latency(int slot, int micros) {
        latencyMicros[slot] = micros;
        return this;
    }

    /** One does worse than the others. */
    public SnapshotBuilder last(int slot) {
        marks[slot] = -1;
        return this;
    }

    /** One that is out may get a request of a lane. */
    public SnapshotBuilder trial(int slot, int lane, long number) {
        marks[slot] = (byte) (lane + 1);
        until[slot] = number;
        return this;
    }

    /** The picture. */
    public PoolSnapshot build() {
        return new PoolSnapshot(
                revision, 1, standings.clone(), until.clone(), shares.clone(), latencyMicros.clone(), marks.clone());
    }
}
