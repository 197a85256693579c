package io.sluice.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition. */
public final class Await {
    private static final Duration MOST = Duration.ofSeconds(15);
    private static final long LOOK_AGAIN_NANOS = 2_000_000;

    private Await() {}

    /** Returns when it is true; fails after fifteen seconds. */
    public static void until(BooleanSupplier condition) {
        until(MOST, condition);
    }

    /** Returns when it is true; fails when it does not become so in time. */
    public static void until(Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not so within " + atMost);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }
}
