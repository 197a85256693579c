package io.sluice.domain.pool;

import java.time.Duration;

/**
 * How a request is tried.
 *
 * @param strategy how accounts of one tier share the load
 * @param sticky whether conversations stick to an account while it has room
 * @param attempts how many upstream attempts one request may cause, at least 1
 * @param deadline no attempt is begun later than this after the request was read
 * @param maxWait how long a request that is no stream may wait for room, over all its attempts together; 0 never waits.
 *     A virtual key's own time goes before it
 * @param maxWaitStream the same for a stream
 * @param failover what may follow a failed attempt
 */
public record RoutePolicy(
        Strategy strategy,
        boolean sticky,
        int attempts,
        Duration deadline,
        Duration maxWait,
        Duration maxWaitStream,
        Failover failover) {
    /** The usual failover. */
    public RoutePolicy(
            Strategy strategy,
            boolean sticky,
            int attempts,
            Duration deadline,
            Duration maxWait,
            Duration maxWaitStream) {
        this(strategy, sticky, attempts, deadline, maxWait, maxWaitStream, Failover.DEFAULT);
    }

    /** The defaults: spread, sticky, 3 attempts, 60 s; waits for room for 20 s, and 10 s for a stream. */
    public static final RoutePolicy DEFAULT = new RoutePolicy(
            Strategy.SPREAD, true, 3, Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofSeconds(10));
}
