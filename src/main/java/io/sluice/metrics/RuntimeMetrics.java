package io.sluice.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How the process fares, beside what the JVM tells of itself. Safe on any thread. */
public final class RuntimeMetrics {
    private static final Duration[] DELAY_BUCKETS = Meters.millis(1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000);

    private final Meters meters;

    RuntimeMetrics(Meters meters) {
        this.meters = meters;
        meters.gauge(
                "sluice.network.memory.bytes",
                "memory outside the heap that the network buffers have taken; NaN where the JVM does not let it be counted",
                RuntimeMetrics::networkMemory);
        // Alarms watch these from the start.
        meters.counter("sluice.access.log.dropped");
        meters.counter("sluice.traces.dropped");
        meters.counter("sluice.clock.steps");
    }

    /**
     * What the JVM and the system tell of the process. For the life of the process.
     *
     * @param registry where meters live
     */
    // JvmGcMetrics alone is closeable, and only to stop listening.
    @SuppressWarnings("resource")
    public static void ofProcess(MeterRegistry registry) {
        Stream.of(
                        new JvmMemoryMetrics(),
                        new JvmGcMetrics(),
                        new JvmThreadMetrics(),
                        new ClassLoaderMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
    }

    private static Number networkMemory() {
        long used = PlatformDependent.usedDirectMemory();
        return used < 0 ? Double.NaN : used;
    }

    /**
     * A lane's event loop has answered.
     *
     * @param lane its number
     * @param nanos from the question to the answer
     */
    public void loopAnswered(int lane, long nanos) {
        meters.timer("sluice.event.loop.delay", DELAY_BUCKETS, "lane", Integer.toString(lane))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Lines of the access log are lost, because the disk does not take them. */
    public void accessLinesDropped(long lines) {
        meters.counter("sluice.access.log.dropped").increment(lines);
    }

    /** Spans of traces are lost, because the collector does not take them. */
    public void spansDropped(long spans) {
        meters.counter("sluice.traces.dropped").increment(spans);
    }

    /** The wall clock jumped. */
    public void clockStepped() {
        meters.counter("sluice.clock.steps").increment();
    }
}
