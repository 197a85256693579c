package io.sluice.simulator;

import io.vertx.core.Vertx;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/**
 * Wakes the answers of one event loop when they are due. One timer serves all of them: thousands of streams with a
 * timer for each token would cost more than the tokens. At most a millisecond late; never early. Belongs to its event
 * loop.
 */
final class Pacer {
    private static final long NANOS_A_MILLI = 1_000_000;
    private static final long IDLE = Long.MAX_VALUE;

    private final Vertx vertx;
    private final LongSupplier clock;
    private final PriorityQueue<Wake> wakes = new PriorityQueue<>(Comparator.comparingLong(Wake::dueNanos));
    private long timer;
    private long armedFor = IDLE;

    /**
     * A pacer of the current event loop.
     *
     * @param vertx whose timers
     * @param clock monotonic nanoseconds
     */
    Pacer(Vertx vertx, LongSupplier clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    private record Wake(long dueNanos, Runnable task) {}

    /** Runs a task at an instant of the clock; always after the current call. */
    void at(long dueNanos, Runnable task) {
        wakes.add(new Wake(dueNanos, task));
        if (dueNanos < armedFor) {
            arm(dueNanos);
        }
    }

    private void arm(long dueNanos) {
        if (armedFor != IDLE) {
            vertx.cancelTimer(timer);
        }
        armedFor = dueNanos;
        long millis = Math.max(1, Math.ceilDiv(dueNanos - clock.getAsLong(), NANOS_A_MILLI));
        timer = vertx.setTimer(millis, id -> run());
    }

    private void run() {
        armedFor = IDLE;
        long now = clock.getAsLong();
        for (Wake wake = wakes.peek(); wake != null && wake.dueNanos <= now; wake = wakes.peek()) {
            wakes.remove();
            wake.task.run();
        }
        Wake next = wakes.peek();
        if (next != null && next.dueNanos < armedFor) {
            arm(next.dueNanos);
        }
    }
}
