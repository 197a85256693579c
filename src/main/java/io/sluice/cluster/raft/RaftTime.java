package io.sluice.cluster.raft;

import io.microraft.executor.RaftNodeExecutor;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The library's threads and time on our loop. Its heartbeats are whole seconds, too coarse for us; so its time runs faster:
 * delays are divided by what the clock is multiplied with, here and nowhere else.
 */
final class RaftTime extends Clock implements RaftNodeExecutor {
    /** How much faster the library's time runs. */
    static final int FACTOR = 5;

    private static final Logger LOG = LoggerFactory.getLogger(RaftTime.class);
    /** The library takes instants near 0 for "just now". */
    private static final long BEGIN_MILLIS = TimeUnit.DAYS.toMillis(1);

    private final Loop loop;
    private final long origin;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean running;
    private boolean closed;

    RaftTime(Loop loop) {
        this.loop = loop;
        this.origin = loop.nanos();
    }

    /** Runs it now, or after the task that runs: then it has run when the outermost call returns. */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (running) {
            return;
        }
        running = true;
        try {
            for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
                run(next);
            }
        } finally {
            running = false;
        }
    }

    @Override
    public void submit(Runnable task) {
        execute(task);
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        loop.schedule(unit.toNanos(delay) / FACTOR, () -> {
            if (!closed) {
                execute(task);
            }
        });
    }

    /** Nothing that was scheduled runs any more. */
    void close() {
        closed = true;
    }

    @Override
    public long millis() {
        return BEGIN_MILLIS + (loop.nanos() - origin) * FACTOR / 1_000_000;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("its instants are no times of day");
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("a task of the group's log failed", e);
        }
    }
}
