package io.sluice.domain.routing;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The candidates of a model that have one priority: tables that are made once for a revision, and how everybody stands, worked
 * out anew only when the pool or the headroom changed or somebody's time came. Used by one thread.
 */
final class Tier {
    /** The median is of so many, spread evenly over the tier. */
    private static final int SAMPLE = 32;

    private static final int[] NOBODY = {};

    /** 0 is nobody's: everybody is new at first. */
    private static final byte ROOM = 1;

    private static final byte FULL = 2;
    private static final byte LAST = 3;
    private static final byte OUT = 4;

    private final Candidate[] candidates;
    private final int[] slots;
    private final int[] accounts;
    private final int[] weights;
    private final long[] ids;
    private final boolean alone;
    private final byte[] groups;
    private final short[] shares;
    private final Group room = new Group();
    private final Group full = new Group();
    private final Group last = new Group();
    private int[] trials = NOBODY;
    private int trialCount;
    private int medianMicros;
    private @Nullable PoolView seen;
    private boolean changesByItself;
    private long changesAt;

    private Tier(List<Candidate> members, boolean alone) {
        this.alone = alone;
        int size = members.size();
        candidates = members.toArray(new Candidate[size]);
        slots = new int[size];
        accounts = new int[size];
        weights = new int[size];
        ids = new long[size];
        groups = new byte[size];
        shares = new short[size];
        for (int i = 0; i < size; i++) {
            Candidate candidate = candidates[i];
            slots[i] = candidate.slot();
            accounts[i] = candidate.account().index();
            weights[i] = candidate.channel().weight();
            ids[i] = Hashes.ofId(candidate.accountId());
        }
    }

    /**
     * Divides candidates by priority.
     *
     * @param ordered larger priority first
     * @param alone whether nobody else can serve: one that runs dry still serves those
     */
    static Tier[] divide(List<Candidate> ordered, boolean alone) {
        List<Tier> tiers = new ArrayList<>();
        int from = 0;
        while (from < ordered.size()) {
            int priority = ordered.get(from).channel().priority();
            int to = from + 1;
            while (to < ordered.size() && ordered.get(to).channel().priority() == priority) {
                to++;
            }
            tiers.add(new Tier(ordered.subList(from, to), alone));
            from = to;
        }
        return tiers.toArray(Tier[]::new);
    }

    /** Works out how everybody stands, if that may have changed. */
    void look(PoolView view, int lane, long now) {
        if (view == seen && !(changesByItself && changesAt - now <= 0)) {
            return;
        }
        PoolSnapshot snapshot = view.snapshot();
        boolean isNew = seen == null || seen.snapshot() != snapshot;
        seen = view;
        trialCount = 0;
        changesByItself = false;
        boolean changed = false;
        for (int i = 0; i < slots.length; i++) {
            byte group = groupOf(i, view, lane, now);
            int share = snapshot.share(slots[i]);
            if (groups[i] != group || shares[i] != share) {
                groups[i] = group;
                shares[i] = (short) share;
                changed = true;
            }
        }
        if (changed) {
            divide();
        }
        if (isNew) {
            medianMicros = median(snapshot);
        }
    }

    private byte groupOf(int i, PoolView view, int lane, long now) {
        PoolSnapshot snapshot = view.snapshot();
        int slot = slots[i];
        byte standing = snapshot.standing(slot, now);
        if (standing == PoolSnapshot.UP || alone && standing == PoolSnapshot.DRAINING) {
            return snapshot.isLast(slot) ? LAST : view.headroomOf(accounts[i]) == 0 ? FULL : ROOM;
        }
        if (standing == PoolSnapshot.COOLING) {
            long until = snapshot.until(slot);
            changesAt = changesByItself && changesAt - until < 0 ? changesAt : until;
            changesByItself = true;
        }
        boolean human = standing == PoolSnapshot.DISABLED || standing == PoolSnapshot.DRAINING;
        if (!human && snapshot.trial(slot, lane) != 0) {
            if (trialCount == trials.length) {
                trials = Arrays.copyOf(trials, Math.max(1, 2 * trialCount));
            }
            trials[trialCount++] = i;
        }
        return OUT;
    }

    private void divide() {
        room.clear();
        full.clear();
        last.clear();
        for (int i = 0; i < groups.length; i++) {
            switch (groups[i]) {
                case ROOM -> add(room, i);
                case FULL -> add(full, i);
                case LAST -> add(last, i);
                default -> {}
            }
        }
    }

    private void add(Group group, int i) {
        group.add(candidates[i], i, ids[i], weights[i], shares[i]);
    }

    private int median(PoolSnapshot snapshot) {
        int step = Math.ceilDiv(slots.length, SAMPLE);
        int[] sample = new int[Math.ceilDiv(slots.length, step)];
        int known = 0;
        for (int i = 0; i < slots.length; i += step) {
            int micros = snapshot.latencyMicros(slots[i]);
            if (micros > 0) {
                sample[known++] = micros;
            }
        }
        Arrays.sort(sample, 0, known);
        return known == 0 ? 0 : sample[known / 2];
    }

    private PoolView view() {
        if (seen == null) {
            throw new IllegalStateException("nobody looked at the tier yet");
        }
        return seen;
    }

    /** Those that may serve and have room. */
    Group room() {
        return room;
    }

    /** Those that may serve and have none. */
    Group full() {
        return full;
    }

    /** Those that may serve and do worse than the others. */
    Group last() {
        return last;
    }

    /** How many are out and may be tried. */
    int trials() {
        return trialCount;
    }

    /** Position of one that is out and may be tried. */
    int trial(int i) {
        return trials[i];
    }

    Candidate candidate(int position) {
        return candidates[position];
    }

    int slot(int position) {
        return slots[position];
    }

    /** Part of its weight that counts, permille. */
    int share(int position) {
        return shares[position];
    }

    /** Free share of its account, permille. */
    int headroom(int position) {
        return view().headroomOf(accounts[position]);
    }

    /**
     * How good a choice one is: the free share, divided by one more than its latency in medians of the tier. Who is as fast as
     * the median, or was never seen, counts half of its free share.
     */
    double score(int position) {
        int micros = view().snapshot().latencyMicros(slots[position]);
        double latency = micros == 0 || medianMicros == 0 ? 1 : (double) micros / medianMicros;
        return Math.max(headroom(position), 1) / (1 + latency);
    }
}
