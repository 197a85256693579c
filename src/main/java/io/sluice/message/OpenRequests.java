package io.sluice.message;

/**
 * Requests that providers are asked, kept where a kill of the process does not reach them: what is left after one is in the
 * ledger as an estimate, for the provider may bill it. Safe on any thread; never waits for the disk.
 */
public interface OpenRequests {
    /** No place. */
    int NOWHERE = -1;

    /** Keeps nothing. */
    OpenRequests NONE = new OpenRequests() {
        @Override
        public int keep(int place, UsageRecord asItStands) {
            return NOWHERE;
        }

        @Override
        public void forget(int place) {
            // There is no place.
        }
    };

    /**
     * Keeps what a request's usage record would be if the process were killed now. Before the provider is asked.
     *
     * @param place where it is kept already; {@link #NOWHERE} when it is not
     * @param asItStands the record
     * @return where it is kept from now on; {@link #NOWHERE} when there is no place
     */
    int keep(int place, UsageRecord asItStands);

    /**
     * The request's usage record is safe.
     *
     * @param place where it was kept; nothing happens for {@link #NOWHERE}
     */
    void forget(int place);
}
