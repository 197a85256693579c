package io.sluice.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.JoranException;
import io.sluice.config.NodeConfig.LogFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Sets up logging, on standard error, for the whole process. */
public final class Logging {
    /** An operator's own Logback configuration, below the configuration directory; replaces everything here. */
    public static final String OVERRIDE = "logback.xml";

    private static final int QUEUE = 8_192;
    private static final int FLUSH_MILLIS = 1_000;

    private Logging() {}

    /**
     * Sets up logging for a node: from {@value #OVERRIDE} when there is one, else lines of the given format. Lines are
     * written by a thread of their own, and lost when it falls far behind: a full disk or a stuck terminal never stops
     * an event loop.
     *
     * @param format how lines look
     * @param configDir where an override may be
     * @throws IOException when there is an override that cannot be used; the message is for the operator
     */
    public static void start(LogFormat format, Path configDir) throws IOException {
        LoggerContext context = context();
        context.reset();
        Path override = configDir.resolve(OVERRIDE);
        if (Files.isRegularFile(override)) {
            try {
                JoranConfigurator joran = new JoranConfigurator();
                joran.setContext(context);
                joran.doConfigure(override.toFile());
            } catch (JoranException e) {
                direct(context);
                throw new IOException(override + " is not a Logback configuration: " + e.getMessage(), e);
            }
            return;
        }
        RepeatFilter repeats = new RepeatFilter(System::nanoTime);
        repeats.setContext(context);
        repeats.start();
        AsyncAppender queue = new AsyncAppender();
        queue.setContext(context);
        queue.setName("queue");
        queue.setQueueSize(QUEUE);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        queue.setMaxFlushTime(FLUSH_MILLIS);
        queue.addFilter(repeats);
        queue.addAppender(console(context, format));
        queue.start();
        levels(context, Level.INFO).addAppender(queue);
        context.addScheduledFuture(
                context.getScheduledExecutorService().scheduleWithFixedDelay(repeats::report, 1, 1, TimeUnit.SECONDS));
    }

    /** Writes what is queued, and stops. For the end of the process. */
    public static void stop() {
        context().stop();
    }

    /** Warnings as text, written at once: for commands that are no node, and until one is configured. */
    static void direct(LoggerContext context) {
        levels(context, Level.WARN).addAppender(console(context, LogFormat.TEXT));
    }

    private static Logger levels(LoggerContext context, Level level) {
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        context.getLogger("io.netty").setLevel(Level.WARN);
        context.getLogger("io.vertx").setLevel(Level.WARN);
        // Warns of each WebSocket handshake that a provider refuses, which the access log tells better.
        context.getLogger("io.vertx.core.http.impl.HttpClientConnectionInternal")
                .setLevel(Level.ERROR);
        context.getLogger("com.hazelcast").setLevel(Level.WARN);
        // Advice about features that are off, and a stack trace for each connection that ends.
        context.getLogger("com.hazelcast.instance").setLevel(Level.ERROR);
        context.getLogger("com.hazelcast.cp").setLevel(Level.ERROR);
        context.getLogger("com.hazelcast.internal.server.tcp").setLevel(Level.ERROR);
        // Warns of each election and each change of members, with stack traces; the group says itself what it comes to.
        context.getLogger("io.microraft").setLevel(Level.ERROR);
        return root;
    }

    private static Appender<ILoggingEvent> console(LoggerContext context, LogFormat format) {
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(
                switch (format) {
                    case TEXT -> new TextLayout();
                    case JSON -> new JsonLayout();
                });
        encoder.getLayout().setContext(context);
        encoder.getLayout().start();
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        return console;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
