package io.sluice.message;

import io.sluice.domain.notice.NoticeEvent;
import java.util.List;

/**
 * Something that operators should know. Published to {@link Address#NOTICE_RAISED} by whoever sees it; seen by several
 * nodes, or again and again, it is one thing by event and subject.
 *
 * @param event what happened
 * @param subject whom or what it is about, for example {@code openai/team-a}; names no secret
 * @param over whether it is over now, rather than begun
 * @param level how far it has gone, 0 to 100; a higher level of the same subject is told anew
 * @param text one or two sentences for people; names no secret
 * @param details more of it, in the order of their telling; names no secret
 * @param atMillis when, wall clock
 */
public record Notice(
        NoticeEvent event, String subject, boolean over, int level, String text, List<Detail> details, long atMillis) {
    /** Copies the list. */
    public Notice {
        details = List.copyOf(details);
    }

    /** Something that knows no levels. */
    public Notice(NoticeEvent event, String subject, boolean over, String text, List<Detail> details, long atMillis) {
        this(event, subject, over, 0, text, details, atMillis);
    }

    /**
     * One fact of it.
     *
     * @param name what it is, for example {@code status}
     * @param value as text
     */
    public record Detail(String name, String value) {}
}
