package io.sluice.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/** One line for people: time, level, where, what, {@code key=value}. A stack trace follows indented. */
public final class TextLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        line.append(' ').append(event.getLevel().toString());
        pad(line, 18);
        line.append(' ').append(LoggerName.brief(event.getLoggerName()));
        pad(line, 28);
        line.append(' ').append(Printable.clean(event.getFormattedMessage()));
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> append(line, pair));
        }
        line.append('\n');
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            ThrowableProxyUtil.asString(thrown).lines().forEach(l -> line.append("    ")
                    .append(Printable.clean(l.replace("\t", "  ")))
                    .append('\n'));
        }
        return line.toString();
    }

    private static void append(StringBuilder line, KeyValuePair pair) {
        String value = Printable.clean(String.valueOf(pair.value));
        line.append(' ').append(pair.key).append('=');
        if (value.isEmpty() || value.indexOf(' ') >= 0 || value.indexOf('"') >= 0 || value.indexOf('=') >= 0) {
            line.append('"').append(value.replace("\"", "\\\"")).append('"');
        } else {
            line.append(value);
        }
    }

    private static void pad(StringBuilder line, int column) {
        while (line.length() < column) {
            line.append(' ');
        }
    }
}
