package io.sluice.cluster.group;

import io.sluice.cluster.raft.Loop;
import io.vertx.core.Vertx;
import java.util.function.LongSupplier;

/**
 * The event loop of whoever schedules.
 *
 * @param vertx whose loop
 * @param clock monotonic nanoseconds
 */
record VertxLoop(Vertx vertx, LongSupplier clock) implements Loop {
    private static final long NANOS_A_MILLI = 1_000_000;

    @Override
    public long nanos() {
        return clock.getAsLong();
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        long millis = Math.max(1, (delayNanos + NANOS_A_MILLI - 1) / NANOS_A_MILLI);
        long timer = vertx.setTimer(millis, id -> task.run());
        return () -> vertx.cancelTimer(timer);
    }
}
