package io.sluice.cluster.raft;

/** The one thread on which a group's parts run, and its time. In tests both are simulated. */
public interface Loop {
    /** A monotonic clock, nanoseconds. Never the wall clock: a step of it must not depose a leader or keep a dead one. */
    long nanos();

    /**
     * Runs a task later, on the loop.
     *
     * @param delayNanos how long from now; timers may be as coarse as a millisecond, and late
     * @param task what to run, once
     * @return takes it back
     */
    Timer schedule(long delayNanos, Runnable task);

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Timer {
        /** The task does not run any more. */
        void cancel();
    }
}
