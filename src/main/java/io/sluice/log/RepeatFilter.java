package io.sluice.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/**
 * Bounds how often one message is printed, so that a flood of errors cannot fill a disk: {@link #BURST} lines a second of
 * each message template, then one line that says how many were suppressed. Exempt are the access log, with its one line for
 * each request of a known key, and what a reload found, for an operator mends all errors at once. Used on any thread.
 */
final class RepeatFilter extends Filter<ILoggingEvent> {
    /** Lines of one template a second. */
    static final int BURST = 10;

    private static final String SUPPRESSED = "io.sluice.log.suppressed";
    private static final Set<String> EXEMPT = Set.of("access", "reload", SUPPRESSED);
    private static final int MAX_TEMPLATES = 1_000;
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Map<String, Window> windows = new ConcurrentHashMap<>();
    private final LongSupplier nanoClock;

    RepeatFilter(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
        String logger = event.getLoggerName();
        if (EXEMPT.contains(logger)) {
            return FilterReply.NEUTRAL;
        }
        // Templates are constants of the code; libraries that build theirs share one window once the table is full.
        String template = windows.size() < MAX_TEMPLATES ? logger + ": " + event.getMessage() : logger;
        Window window = windows.computeIfAbsent(template, t -> new Window(nanoClock.getAsLong()));
        return window.admits(nanoClock.getAsLong()) ? FilterReply.NEUTRAL : FilterReply.DENY;
    }

    /** Prints what was suppressed in the windows that are over, and forgets idle ones. To be called about every second. */
    void report() {
        long now = nanoClock.getAsLong();
        windows.forEach((template, window) -> {
            int suppressed = window.takeSuppressed(now);
            if (suppressed > 0) {
                LoggerFactory.getLogger(SUPPRESSED)
                        .atWarn()
                        .addKeyValue("count", suppressed)
                        .log("suppressed {} lines like: {}", suppressed, template);
            } else if (window.isOver(now)) {
                windows.remove(template, window);
            }
        });
    }

    /** Counts the lines of one template since the begin of its window. */
    private static final class Window {
        private long startNanos;
        private int count;

        Window(long startNanos) {
            this.startNanos = startNanos;
        }

        synchronized boolean admits(long now) {
            if (isOver(now) && count <= BURST) {
                startNanos = now;
                count = 0;
            }
            return ++count <= BURST;
        }

        synchronized int takeSuppressed(long now) {
            if (!isOver(now) || count <= BURST) {
                return 0;
            }
            int suppressed = count - BURST;
            startNanos = now;
            count = 0;
            return suppressed;
        }

        synchronized boolean isOver(long now) {
            return now - startNanos >= WINDOW_NANOS;
        }
    }
}
