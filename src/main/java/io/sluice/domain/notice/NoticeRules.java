package io.sluice.domain.notice;

import io.sluice.domain.notice.NoticeEvent.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what, and how often.
 *
 * @param sinks who; names are unique
 * @param severities of events, where they are not as usual
 * @param groupWait how long the first of a kind waits for others
 * @param groupInterval how long the next message of the same kind waits after one
 * @param remind after how long what goes on is told again; null for never
 */
public record NoticeRules(
        List<NoticeSink> sinks,
        Map<NoticeEvent, Severity> severities,
        Duration groupWait,
        Duration groupInterval,
        @Nullable Duration remind) {
    /** Nobody is told anything. */
    public static final NoticeRules NONE =
            new NoticeRules(List.of(), Map.of(), Duration.ofSeconds(5), Duration.ofMinutes(1), null);

    /** Copies the collections. */
    public NoticeRules {
        sinks = List.copyOf(sinks);
        severities = Map.copyOf(severities);
    }

    /** How bad an event is. */
    Severity severity(NoticeEvent event) {
        return severities.getOrDefault(event, event.severity());
    }
}
