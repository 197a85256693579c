package io.sluice.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import ch.qos.logback.core.spi.FilterReply;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RepeatFilterTest {
    private static final String TEMPLATE = "upstream {} is gone";

    private final ListAppender<ILoggingEvent> reported = new ListAppender<>();
    private final Logger suppressed = (Logger) LoggerFactory.getLogger("io.sluice.log.suppressed");
    private long now;
    private final RepeatFilter filter = new RepeatFilter(() -> now);

    @BeforeEach
    void listen() {
        suppressed.addAppender(reported);
        suppressed.setAdditive(false);
        reported.start();
    }

    @AfterEach
    void hangUp() {
        suppressed.detachAppender(reported);
        suppressed.setAdditive(true);
    }

    @Test
    void admitsABurstAndSaysHowManyWereSuppressed() {
        long admitted = flood("io.sluice.x.Y", TEMPLATE, 1_000);
        now += TimeUnit.SECONDS.toNanos(1);
        filter.report();

        assertThat(admitted).isEqualTo(RepeatFilter.BURST);
        assertThat(reported.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEqualTo("suppressed 990 lines like: io.sluice.x.Y: upstream {} is gone");
    }

    @Test
    void admitsAgainInTheNextSecond() {
        flood("io.sluice.x.Y", TEMPLATE, 1_000);
        now += TimeUnit.SECONDS.toNanos(1);
        filter.report();

        assertThat(flood("io.sluice.x.Y", TEMPLATE, 1_000)).isEqualTo(RepeatFilter.BURST);
    }

    @Test
    void otherMessagesPass() {
        flood("io.sluice.x.Y", TEMPLATE, 1_000);

        assertThat(flood("io.sluice.x.Y", "another", 1)).isEqualTo(1);
    }

    @Test
    void theAccessLogIsComplete() {
        assertThat(flood("access", "chat_completions", 1_000)).isEqualTo(1_000);
    }

    @Test
    void boundsItsOwnMemory() {
        long admitted = IntStream.range(0, 100_000)
                .filter(i -> admits("io.netty.Z", "message " + i))
                .count();

        assertThat(admitted).isLessThan(1_100);
    }

    private long flood(String logger, String template, int lines) {
        return IntStream.range(0, lines).filter(i -> admits(logger, template)).count();
    }

    private boolean admits(String logger, String template) {
        LoggingEvent event = new LoggingEvent(
                "caller", new LoggerContext().getLogger(logger), Level.WARN, template, null, new Object[] {"a"});
        return filter.decide(event) == FilterReply.NEUTRAL;
    }
}
