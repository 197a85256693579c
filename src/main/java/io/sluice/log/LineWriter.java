package io.sluice.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes lines on a thread of its own. Whoever has a line never waits: when the thread falls behind by {@link #QUEUE} lines,
 * because the disk stalls or is full, further ones are dropped and counted. Safe on any thread.
 */
public final class LineWriter implements AutoCloseable {
    /** Lines that may wait: a few seconds of a busy node, some MiB. */
    static final int QUEUE = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(LineWriter.class);
    private static final int BATCH = 1_024;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long COMPLAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final BlockingQueue<String> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Target target;
    private final LongConsumer dropped;
    private final AtomicLong unreported = new AtomicLong();
    private final Thread thread;
    private volatile boolean closing;
    private long complainedNanos = System.nanoTime() - COMPLAIN_NANOS;

    /** Where lines go; used by the writer's thread alone. */
    public interface Target extends AutoCloseable {
        /**
         * Writes them.
         *
         * @throws IOException when they could not all be written; some may have been
         */
        void write(byte[] lines) throws IOException;

        @Override
        void close() throws IOException;
    }

    /**
     * Begins.
     *
     * @param name of the thread
     * @param target where lines go; closed at the end
     * @param dropped is told how many lines are lost, on any thread
     */
    public LineWriter(String name, Target target, LongConsumer dropped) {
        this.target = target;
        this.dropped = dropped;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Writes a line, which has its end, soon; or loses it. */
    public void write(String line) {
        if (closing || !queue.offer(line)) {
            lost(1);
        }
    }

    private void lost(int lines) {
        dropped.accept(lines);
        unreported.addAndGet(lines);
    }

    private void run() {
        List<String> lines = new ArrayList<>(BATCH);
        while (!closing || !queue.isEmpty()) {
            try {
                String first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    lines.add(first);
                    queue.drainTo(lines, BATCH - 1);
                    put(lines);
                    lines.clear();
                }
                complain("it falls behind");
            } catch (InterruptedException e) {
                break;
            }
        }
        try {
            target.close();
        } catch (IOException e) {
            LOG.warn("{} did not end well: {}", thread.getName(), e.toString());
        }
    }

    private void put(List<String> lines) {
        try {
            target.write(String.join("", lines).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            lost(lines.size());
            complain(e.toString());
        }
    }

    private void complain(String why) {
        long now = System.nanoTime();
        if (unreported.get() > 0 && now - complainedNanos >= COMPLAIN_NANOS) {
            complainedNanos = now;
            LOG.warn("{} lost {} lines: {}", thread.getName(), unreported.getAndSet(0), why);
        }
    }

    /** Writes what waits, for 2 s at most, and ends. Blocks. */
    @Override
    public void close() {
        closing = true;
        try {
            if (!thread.join(PATIENCE)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
