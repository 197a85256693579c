package io.sluice.domain.notice;

import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.NoticeEvent.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Occurrences and sinks for tests. */
final class Notices {
    private Notices() {}

    static Occurrence begun(NoticeEvent event, String subject) {
        return new Occurrence(event, subject, false, 0, "text of " + subject, List.of(), 1_000);
    }

    static Occurrence over(NoticeEvent event, String subject) {
        return new Occurrence(event, subject, true, 0, "", List.of(), 2_000);
    }

    static Occurrence level(NoticeEvent event, String subject, int level) {
        return new Occurrence(event, subject, false, level, "level " + level, List.of(), 1_000);
    }

    static NoticeSink sink(String name, int perMinute, Severity least, String... events) {
        return new NoticeSink(
                name,
                new NoticeSink.Webhook(
                        new HookUrl(false, "127.0.0.1", 9, Secret.of("/")), Secret.of("0123456789abcdef")),
                least,
                List.of(events).stream().map(Glob::new).toList(),
                perMinute,
                Template.parse("[{severity}] {summary}"),
                Template.parse("{text}"),
                5,
                Duration.ofSeconds(10));
    }

    static NoticeSink sink(String name) {
        return sink(name, 600, Severity.INFO);
    }

    static NoticeRules rules(NoticeSink... sinks) {
        return new NoticeRules(List.of(sinks), Map.of(), Duration.ofSeconds(5), Duration.ofMinutes(1), null);
    }
}
