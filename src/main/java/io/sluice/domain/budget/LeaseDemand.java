package io.sluice.domain.budget;

/**
 * What a node wants of one budget's scope in the store: money, or to give some back. Amounts are in millionths. It may be
 * carried out twice, or never, and nobody is told which: the next one puts it right, for it says what the node knows in whole.
 *
 * @param budget the budget as the node knows it
 * @param known what the node's run was granted in all, as far as it knows, what it lent itself included
 * @param charged what its requests cost in all, whether that was written yet or not
 * @param need what requests wait for, at least 0
 * @param extra what would be good to have besides, at least 0
 * @param back what it gives back, at least 0
 * @param idle whether nothing is reserved and nobody waits, so that the lease may be forgotten
 * @param doubt what had been charged when the lease may have been forgotten without the node hearing of it; 0 when that cannot be
 */
public record LeaseDemand(
        Budget budget, long known, long charged, long need, long extra, long back, boolean idle, long doubt) {
    /** Of what is left, the extra is at most this part: near the end nobody holds what others could use. */
    private static final long EXTRA_PART = 16;

    /**
     * What is to be done.
     *
     * @param state what the store knows, read under the scope's lock
     */
    public Outcome decide(LeaseState state) {
        long row = state.granted() == null ? 0 : state.granted();
        long used = state.used();
        if (row == 0 && doubt != 0) {
            used += doubt;
        } else if (state.granted() == null && known != 0) {
            // An operator forgot the lease of a node that is alive.
            used = charged;
        }
        long base = Math.max(row, known);
        long available = Math.max(0, budget.amountMicros() - state.spent() - state.elsewhere());
        long ceiling = used + available;
        long granted = base - back;
        granted += Math.min(need, Math.max(0, ceiling - granted));
        granted += Math.min(extra, Math.max(0, ceiling - granted) / EXTRA_PART);
        boolean isOver = idle && granted <= used && charged == used;
        // What was charged without a grant is made even first: a lease of which nothing was heard is not taken for a
        // new one.
        granted = isOver ? used : granted;
        boolean closes = isOver && row != 0;
        return new Outcome(granted, used, Math.max(0, ceiling - granted), closes);
    }

    /**
     * What the store is to keep.
     *
     * @param granted what the run was granted in all
     * @param used what of that was spent and written
     * @param remaining what anybody could still be granted
     * @param closes whether the lease is to be forgotten: nothing is held, and nothing is left to be written
     */
    public record Outcome(long granted, long used, long remaining, boolean closes) {
        /** Whether there is nothing to keep. */
        public boolean isNothing() {
            return closes || granted == 0 && used == 0;
        }
    }
}
