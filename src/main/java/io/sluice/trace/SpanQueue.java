package io.sluice.trace;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
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
 * Spans on their way to the collector: a bounded queue and one thread. Whoever ends a span never waits; spans that find no
 * place, and those that the collector does not take, are dropped and counted, and one line a minute says why. Safe on any
 * thread.
 */
final class SpanQueue implements SpanProcessor {
    /** Spans that may wait: some MiB. */
    static final int QUEUE = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(SpanQueue.class);
    private static final int BATCH = 512;
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final long EXPORT_SECONDS = 15;
    private static final long COMPLAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final BlockingQueue<SpanData> queue = new ArrayBlockingQueue<>(QUEUE);
    private final SpanExporter exporter;
    private final LongConsumer dropped;
    private final long pauseMillis;
    private final AtomicLong unreported = new AtomicLong();
    private final Thread thread = new Thread(this::run, "traces");
    private volatile boolean closing;
    private long complainedNanos = System.nanoTime() - COMPLAIN_NANOS;

    /**
     * Begins.
     *
     * @param exporter where spans go; shut down at the end
     * @param dropped is told how many are lost, on any thread
     * @param pause how long a span may wait for others, so that they go together
     */
    SpanQueue(SpanExporter exporter, LongConsumer dropped, Duration pause) {
        this.exporter = exporter;
        this.dropped = dropped;
        this.pauseMillis = pause.toMillis();
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        // Only ends are of interest.
    }

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (span.getSpanContext().isSampled() && (closing || !queue.offer(span.toSpanData()))) {
            lost(1);
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    private void lost(int spans) {
        dropped.accept(spans);
        unreported.addAndGet(spans);
    }

    private void run() {
        List<SpanData> batch = new ArrayList<>(BATCH);
        try {
            while (!closing || !queue.isEmpty()) {
                SpanData first = queue.poll(pauseMillis, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    gather(batch);
                    export(List.copyOf(batch));
                    batch.clear();
                }
                complain();
            }
        } catch (InterruptedException e) {
            lost(batch.size() + queue.size());
        }
    }

    /** Waits for others for a while, and not at all when it ends. */
    private void gather(List<SpanData> batch) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        while (batch.size() < BATCH) {
            SpanData next = queue.poll(closing ? 0 : deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            batch.add(next);
        }
    }

    private void export(List<SpanData> spans) {
        boolean taken;
        try {
            taken = exporter.export(spans)
                    .join(EXPORT_SECONDS, TimeUnit.SECONDS)
                    .isSuccess();
        } catch (RuntimeException e) {
            LOG.debug("an exporter failed", e);
            taken = false;
        }
        if (!taken) {
            lost(spans.size());
        }
    }

    private void complain() {
        long now = System.nanoTime();
        if (unreported.get() > 0 && now - complainedNanos >= COMPLAIN_NANOS) {
            complainedNanos = now;
            LOG.warn(
                    "{} spans were dropped: the collector at tracing.endpoint does not take them",
                    unreported.getAndSet(0));
        }
    }

    /** Sends what waits, for 3 s at most. Blocks. */
    @Override
    public CompletableResultCode shutdown() {
        closing = true;
        try {
            if (!thread.join(PATIENCE)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return exporter.shutdown();
    }
}
