package io.sluice.domain.pool;

import java.time.Duration;

/**
 * How a request is tried.
 *
 * @param strategy how accounts of one tier share the load
 * @param sticky whether conversations stick to an account while it has room
 * @param attempts how many upstream attempts one request may cause, at least 1
 * @param deadline no attempt is begun later than this after the request was read
 */
public record RoutePolicy(Strategy strategy, boolean sticky, int attempts, Duration deadline) {
    /** The defaults: spread, sticky, 3 attempts, 60 s. */
    public static final RoutePolicy DEFAULT = new RoutePolicy(Strategy.SPREAD, true, 3, Duration.ofSeconds(60));
}
