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

/**
 * Raises that something ends soon, sooner, now, and that it does not any more: also where it was renewed for so short that it
 * ends soon again, which is then raised at the next look. For one thread.
 */
final class ExpiryWatch {
    private static final int SOON = 50;
    private static final int SOONER = 90;
    private static final int ENDED = 100;
    private static final int SOON_PART = 6;
    private static final int SOONER_PART = 30;

    private final NoticeEvent event;
    private final String what;
    private final Duration soon;
    private final Duration sooner;
    private final InstantSource clock;
    private final Consumer<Notice> raise;
    private final Map<String, Raised> raised = new HashMap<>();

    private record Raised(int level, Instant end) {}

    /**
     * How long something lasts.
     *
     * @param begins null where nobody knows
     * @param ends when it ends
     */
    record Life(@Nullable Instant begins, Instant ends) {
        /** A part of the whole, where that is known and shorter. */
        private Duration atMost(Duration warning, int part) {
            if (begins == null) {
                return warning;
            }
            Duration share = Duration.between(begins, ends).dividedBy(part);
            return share.compareTo(warning) < 0 ? share : warning;
        }
    }

    /**
     * Has looked at nothing.
     *
     * @param what ends, for people: a word with its article
     * @param soon how long before the end it is told first; a sixth of the whole where that is shorter
     * @param sooner how long before the end it is told again; a thirtieth of the whole where that is shorter
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
    void look(Map<String, Life> lives) {
        Instant now = clock.instant();
        lives.forEach((subject, life) -> {
            Instant end = life.ends;
            Duration left = Duration.between(now, end);
            int level = level(left, life);
            Raised before = raised.get(subject);
            if (before != null && (level == 0 || end.isAfter(before.end))) {
                raised.remove(subject);
                raise(subject, true, 0, what + " " + subject + " goes on until " + end + ".", end);
            } else if (level > (before == null ? 0 : before.level)) {
                raised.put(subject, new Raised(level, end));
                raise(subject, false, level, what + " " + subject + text(level, left), end);
            }
        });
        List.copyOf(raised.keySet()).forEach(subject -> {
            if (!lives.containsKey(subject)) {
                raised.remove(subject);
                raise(subject, true, 0, what + " " + subject + " is not used any more, or has no end.", null);
            }
        });
    }

    private int level(Duration left, Life life) {
        if (!left.isPositive()) {
            return ENDED;
        }
        return left.compareTo(life.atMost(sooner, SOONER_PART)) <= 0
                ? SOONER
                : left.compareTo(life.atMost(soon, SOON_PART)) <= 0 ? SOON : 0;
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
