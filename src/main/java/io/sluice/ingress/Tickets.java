package io.sluice.ingress;

/** Numbers a lane's requests, so that each is known on the node while it waits. Used on the lane's event loop. */
final class Tickets {
    /** More requests than a lane can serve in a hundred years; the lane's number stands above them. */
    private static final int BITS = 48;

    private long last;

    /**
     * The numbers of one lane.
     *
     * @param lane number of the lane, 0 to 2^15 − 1
     */
    Tickets(int lane) {
        this.last = (long) lane << BITS;
    }

    /** A number that no other request of the node has; never 0. */
    long next() {
        return ++last;
    }
}
