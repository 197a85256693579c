package io.sluice.cluster.group;

import io.sluice.cluster.raft.Loop;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Time that passes only when told to: everything that is scheduled runs in its order, on the caller's thread. */
final class VirtualTime {
    private record Task(long at, long order, Runnable task) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
    private long now = 1_000_000_000_000L;
    private long order;

    long nanos() {
        return now;
    }

    void schedule(long delayNanos, Runnable task) {
        tasks.add(new Task(now + Math.max(0, delayNanos), order++, task));
    }

    /** Passes so much time. */
    void pass(Duration time) {
        long until = now + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().at <= until) {
            step();
        }
        now = until;
    }

    /** Passes time until something is so; fails when it does not become so in time. */
    Duration until(Duration atMost, BooleanSupplier condition) {
        long begin = now;
        while (!condition.getAsBoolean()) {
            if (now - begin > atMost.toNanos() || tasks.isEmpty()) {
                throw new AssertionError("not so within " + atMost);
            }
            step();
        }
        return Duration.ofNanos(now - begin);
    }

    private void step() {
        Task next = tasks.remove();
        now = next.at;
        next.task.run();
    }

    /** The loop of one process, which may be paused and ends with it. Its clock has a zero of its own. */
    final class ProcessLoop implements Loop {
        private final long zero;
        private boolean dead;
        private long pausedUntil;

        ProcessLoop(long zero) {
            this.zero = zero;
        }

        @Override
        public long nanos() {
            return now + zero;
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            boolean[] cancelled = new boolean[1];
            long millis = Math.max(1, (delayNanos + 999_999) / 1_000_000);
            VirtualTime.this.schedule(
                    millis * 1_000_000,
                    () -> run(() -> {
                        if (!cancelled[0]) {
                            task.run();
                        }
                    }));
            return () -> cancelled[0] = true;
        }

        /** Runs it now, or when the pause is over, or never. */
        void run(Runnable task) {
            if (dead) {
                return;
            }
            if (now < pausedUntil) {
                VirtualTime.this.schedule(pausedUntil - now, () -> run(task));
            } else {
                task.run();
            }
        }

        void pause(Duration time) {
            pausedUntil = now + time.toNanos();
        }

        boolean isPaused() {
            return now < pausedUntil;
        }

        void kill() {
            dead = true;
        }
    }
}
