package io.sluice.notify;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Raises that something ends soon, sooner, now, and that it does not any more. For one thread. */
final class ExpiryWatch {
    private static final int SOON = 50;
    private static final int SOONER = 90;
    private static final int ENDED = 100;

    private final NoticeEvent event;
    private final String what;
    private final Duration soon;
    private final Duration sooner;
    private final InstantSource clock;
    private final Consumer<Notice> raise;
    private final Map<String, Integer> raised = new HashMap<>();

    /**
     * Has looked at nothing.
     *
     * @param what ends, for people: a word with its article
     * @param soon how long before the end it is told first
     * @param sooner how long before the end it is told again
     */
    ExpiryWatch(
            NoticeEvent event,
            String what,
            Duration soon,
            Duration sooner,
            InstantSource clock,
            Consumer<Notice> raise) {
        this.event = event;
        this.what = what;
        this.soon = soon;
        this.sooner = sooner;
        this.clock = clock;
        this.raise = raise;
    }

    /** These end then; what is not there any more does not. */
    void look(Map<String, Instant> ends) {
        Instant now = clock.instant();
        ends.forEach((subject, end) -> {
            int level = level(Duration.between(now, end));
            int before = raised.getOrDefault(subject, 0);
            if (level > before) {
                raised.put(subject, level);
                raise(subject, false, level, what + " " + subject + text(level, Duration.between(now, end)), end);
            } else if (level == 0 && before > 0) {
                raised.remove(subject);
                raise(subject, true, 0, what + " " + subject + " goes on until " + end + ".", end);
            }
        });
        List.copyOf(raised.keySet()).forEach(subject -> {
            if (!ends.containsKey(subject)) {
                raised.remove(subject);
                raise(subject, true, 0, what + " " + subject + " is not used any more, or has no end.", null);
            }
        });
    }

    private int level(Duration left) {
        if (!left.isPositive()) {
            return ENDED;
        }
        return left.compareTo(sooner) <= 0 ? SOONER : left.compareTo(soon) <= 0 ? SOON : 0;
    }

    private static String text(int level, Duration left) {
        if (level == ENDED) {
            return " has ended.";
        }
        return left.toDays() >= 2 ? " ends in " + left.toDays() + " days." : " ends in " + left.toHours() + " hours.";
    }

    private void raise(String subject, boolean over, int level, String text, @Nullable Instant end) {
        raise.accept(new Notice(
                event,
                subject,
                over,
                level,
                text,
                end == null ? List.of() : List.of(new Detail("ends", end.toString())),
                clock.millis()));
    }
}
