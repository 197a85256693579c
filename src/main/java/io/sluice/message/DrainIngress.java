package io.sluice.message;

import java.time.Duration;

/**
 * Lets a lane's ingress finish: it takes no new connections, closes idle ones, and waits for open exchanges. Answered with {@link Drained} when none is left or the time is over.
 *
 * @param atMost how long open exchanges may go on; what is left then is cut, its client told
 */
public record DrainIngress(Duration atMost) {
    /**
     * The lane is empty.
     *
     * @param cut how many exchanges had to be cut
     */
    public record Drained(int cut) {}
}
