package io.sluice.ingress;

/** Something that a node which stops waits for. Used on the lane's event loop. */
interface InFlight {
    /** The node stops: no new work is begun, and what has none ends. */
    void drain();

    /** The time to stop is over: ends, and tells the client. */
    void cut();
}
