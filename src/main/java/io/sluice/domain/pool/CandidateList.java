package io.sluice.domain.pool;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * Candidates of one request, best first; never changed. It goes from hand to hand without a copy: of a pool of thousands,
 * copies would cost more than the choice.
 */
public final class CandidateList extends AbstractList<Candidate> implements RandomAccess {
    private final Candidate[] candidates;
    private final int size;

    private CandidateList(Candidate[] candidates, int size) {
        this.candidates = candidates;
        this.size = size;
    }

    /**
     * Takes the first of an array, which nobody changes afterwards.
     *
     * @param candidates the array
     * @param size how many of them
     */
    public static CandidateList over(Candidate[] candidates, int size) {
        return new CandidateList(candidates, size);
    }

    /** A list that does not change: the same, when it is one of these. */
    public static CandidateList copyOf(List<Candidate> list) {
        return list instanceof CandidateList done
                ? done
                : new CandidateList(list.toArray(new Candidate[0]), list.size());
    }

    @Override
    public Candidate get(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        return candidates[index];
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Object[] toArray() {
        return Arrays.copyOf(candidates, size, Object[].class);
    }
}
