package io.sluice.message;

/**
 * A connection that was obtained too late to be used under its reservation. Whoever holds it either sends a new {@link
 * OpenExchange} with it, or gives it up; one that is forgotten is given up after a second.
 */
public interface ParkedConnection {
    /** Frees the connection. Does nothing after it was used or given up. */
    void giveUp();
}
