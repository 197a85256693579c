package io.sluice.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, and says how long anything that must come may take on a slow machine that does much else. */
public final class Await {
    /** {@link #MOST} as a number, for waits that take one. */
    public static final long MOST_SECONDS = 30;

    /** Far more than anything takes; a test that waits so long has failed. */
    public static final Duration MOST = Duration.ofSeconds(MOST_SECONDS);

    private static final long LOOK_AGAIN_NANOS = 2_000_000;

    private Await() {}

    /** Returns when it is true; fails after {@link #MOST}. */
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
