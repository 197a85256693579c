package io.sluice.domain.routing;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.CandidateList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The candidates of one request, best first, while they are put together. Used by one thread. */
public final class Plan {
    private Candidate[] candidates;
    private int size;
    private boolean room;
    private long trial;
    private @Nullable Candidate tried;

    /**
     * Nobody yet.
     *
     * @param expected how many there will be; more are taken, too
     */
    public Plan(int expected) {
        candidates = new Candidate[Math.max(expected, 1)];
    }

    void add(Candidate candidate) {
        reserve(1);
        candidates[size++] = candidate;
    }

    /** Adds a run of others. */
    void addAll(Candidate[] from, int begin, int end) {
        reserve(end - begin);
        System.arraycopy(from, begin, candidates, size, end - begin);
        size += end - begin;
    }

    private void reserve(int more) {
        if (size + more > candidates.length) {
            candidates = Arrays.copyOf(candidates, Math.max(size + more, 2 * size));
        }
    }

    /** Whether one is in it that has room: what comes behind is hardly asked. */
    boolean hasRoom() {
        return room;
    }

    /** One with room was added. */
    void foundRoom() {
        room = true;
    }

    /**
     * Adds one that is out, as a trial.
     *
     * @param number of the trial
     */
    void addTrial(Candidate candidate, long number) {
        add(candidate);
        trial = number;
        tried = candidate;
    }

    /** Number of the trial that this request makes; 0 when it makes none. A request makes one at most. */
    public long trial() {
        return trial;
    }

    /** Whose trial that is; null when it makes none. */
    public @Nullable Candidate tried() {
        return tried;
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    /** The whole. To be asked for once, at the end. */
    public CandidateList done() {
        return CandidateList.over(candidates, size);
    }
}
