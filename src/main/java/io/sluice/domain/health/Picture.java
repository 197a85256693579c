package io.sluice.domain.health;

import io.sluice.domain.health.KnownAccount.ModelState;
import io.sluice.domain.pool.AccountState;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts together what lanes see of what is known at one instant. Used once, by one thread. */
final class Picture {
    private static final byte LAST = -1;

    private final Outliers outliers;
    private final long now;
    private final byte[] standings;
    private final long[] until;
    private final short[] shares;
    private final int[] latencies;
    private final byte[] marks;
    private final Map<String, Byte> stopped = new HashMap<>();

    /**
     * An empty one.
     *
     * @param outliers compares neighbours
     * @param slots how many there are
     */
    Picture(Outliers outliers, int slots, long now) {
        this.outliers = outliers;
        this.now = now;
        this.standings = new byte[slots];
        this.until = new long[slots];
        this.shares = new short[slots];
        this.latencies = new int[slots];
        this.marks = new byte[slots];
    }

    PoolSnapshot of(String revision, long version, Collection<KnownAccount> accounts, List<Trial> trials) {
        accounts.forEach(this::account);
        trials.forEach(this::trial);
        return new PoolSnapshot(revision, version, standings, until, shares, latencies, marks).with(stopped);
    }

    private void account(KnownAccount account) {
        int ramp = account.ramp.share(now);
        for (ModelState model : account.models()) {
            int slot = model.slot();
            standings[slot] = account.standing(model, now);
            shares[slot] = (short) Math.max(1, ramp * outliers.share(slot, now) / PoolSnapshot.WHOLE);
            LatencyEstimate latency = outliers.latency(slot);
            latencies[slot] = latency == null ? 0 : latency.usualMicros();
            if (standings[slot] == PoolSnapshot.COOLING) {
                until[slot] = account.until(model, now);
            }
            if (outliers.isLast(slot, now)
                    || account.circuit.isOpenElsewhere(now)
                    || model.endpoint.isOpenElsewhere(now)) {
                marks[slot] = LAST;
            }
        }
        if (account.human != AccountState.ENABLED) {
            boolean off = account.human == AccountState.DISABLED;
            stopped.put(account.account().id(), off ? PoolSnapshot.DISABLED : PoolSnapshot.DRAINING);
        }
    }

    private void trial(Trial trial) {
        int slot = trial.place().model().slot();
        boolean out = standings[slot] == PoolSnapshot.DEAD || standings[slot] == PoolSnapshot.BROKEN;
        if (out && !trial.isTaken()) {
            marks[slot] = (byte) (trial.lane() + 1);
            until[slot] = trial.number();
        }
    }
}
