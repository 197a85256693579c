package io.sluice.domain.routing;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import java.util.Arrays;

/** Candidates of a tier that stand alike, in the files' order. Used by one thread. */
final class Group {
    private static final int FIRST_CAPACITY = 8;

    private Candidate[] candidates = new Candidate[FIRST_CAPACITY];
    private int[] positions = new int[FIRST_CAPACITY];
    private long[] ids = new long[FIRST_CAPACITY];
    private long[] weightsUpTo = new long[FIRST_CAPACITY];
    private int size;
    private long mostWeight;
    private int mostShare;
    private boolean partial;

    void clear() {
        // What stays in the arrays is of the same revision.
        size = 0;
        mostWeight = 0;
        mostShare = 0;
        partial = false;
    }

    /**
     * Adds one.
     *
     * @param position in the tier
     * @param id hash of the account's id
     * @param share part of the weight that counts, permille
     */
    void add(Candidate candidate, int position, long id, int weight, int share) {
        if (size == positions.length) {
            candidates = Arrays.copyOf(candidates, 2 * size);
            positions = Arrays.copyOf(positions, 2 * size);
            ids = Arrays.copyOf(ids, 2 * size);
            weightsUpTo = Arrays.copyOf(weightsUpTo, 2 * size);
        }
        candidates[size] = candidate;
        positions[size] = position;
        ids[size] = id;
        long counted = Math.max(1, (long) weight * share);
        weightsUpTo[size] = totalWeight() + counted;
        size++;
        mostWeight = Math.max(mostWeight, counted);
        mostShare = Math.max(mostShare, share);
        partial |= share < PoolSnapshot.WHOLE;
    }

    int size() {
        return size;
    }

    Candidate candidate(int i) {
        return candidates[i];
    }

    /** Position in the tier. */
    int position(int i) {
        return positions[i];
    }

    /** Hash of the account's id. */
    long id(int i) {
        return ids[i];
    }

    /** The hashes of all accounts' ids, and more behind them. */
    long[] ids() {
        return ids;
    }

    /** The largest of the weights. */
    long mostWeight() {
        return mostWeight;
    }

    /** Weight times share. */
    long weight(int i) {
        return i == 0 ? weightsUpTo[0] : weightsUpTo[i] - weightsUpTo[i - 1];
    }

    /** The sum of the weights. */
    long totalWeight() {
        return size == 0 ? 0 : weightsUpTo[size - 1];
    }

    /** The largest share, permille. */
    int mostShare() {
        return mostShare;
    }

    /** Whether one of them has less than its whole share. */
    boolean isPartial() {
        return partial;
    }

    /** Draws one by weight times share. */
    int draw(long random) {
        long ticket = Math.unsignedMultiplyHigh(random, totalWeight());
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (weightsUpTo[middle] > ticket) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Appends all. */
    void appendTo(Plan plan) {
        plan.addAll(candidates, 0, size);
    }

    /**
     * Appends some in the order given, then the others in the files' order from one of them on.
     *
     * @param heads which come first; sorted by this
     * @param count how many these are
     * @param start with whom the others begin
     */
    void appendTo(Plan plan, int[] heads, int count, int start) {
        for (int i = 0; i < count; i++) {
            plan.add(candidates[heads[i]]);
        }
        Arrays.sort(heads, 0, count);
        appendOthers(plan, heads, count, start, size);
        appendOthers(plan, heads, count, 0, start);
    }

    private void appendOthers(Plan plan, int[] heads, int count, int begin, int end) {
        int from = begin;
        for (int i = 0; i < count; i++) {
            if (heads[i] >= from && heads[i] < end) {
                plan.addAll(candidates, from, heads[i]);
                from = heads[i] + 1;
            }
        }
        plan.addAll(candidates, from, end);
    }
}
