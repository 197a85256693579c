package io.sluice.domain.notice;

import java.util.List;

/**
 * Something that operators should know, bounded and without control characters: parts of it come from providers. Seen by
 * several nodes, or again and again, it is one thing by event and subject.
 *
 * @param event what happened
 * @param subject whom or what it is about; at most {@value #MOST_SUBJECT} characters
 * @param over whether it is over now, rather than begun
 * @param level how far it has gone, 0 to 100; a higher level of the same subject is told anew
 * @param text for people; at most {@value #MOST_TEXT} characters
 * @param facts more of it; at most {@value #MOST_FACTS}
 * @param atMillis when, wall clock
 */
public record Occurrence(
        NoticeEvent event, String subject, boolean over, int level, String text, List<Fact> facts, long atMillis) {
    /** Most characters of a subject. */
    public static final int MOST_SUBJECT = 200;

    /** Most characters of a text. */
    public static final int MOST_TEXT = 1_000;

    /** Most facts. */
    public static final int MOST_FACTS = 8;

    private static final int MOST_LEVEL = 100;

    /** Cuts what is too long, and takes out what no message should hold. */
    public Occurrence {
        subject = Clean.line(subject, MOST_SUBJECT);
        level = Math.clamp(level, 0, MOST_LEVEL);
        text = Clean.lines(text, MOST_TEXT);
        facts = List.copyOf(facts.subList(0, Math.min(facts.size(), MOST_FACTS)));
    }

    /** What makes it the same thing. */
    Key key() {
        return new Key(event, subject);
    }

    /** The same as the end of another event. */
    Occurrence asEndOf(NoticeEvent begun) {
        return new Occurrence(begun, subject, true, level, text, facts, atMillis);
    }

    /**
     * One fact.
     *
     * @param name what it is; at most {@value #MOST_NAME} characters
     * @param value as text; at most {@value #MOST_VALUE} characters
     */
    public record Fact(String name, String value) {
        static final int MOST_NAME = 40;
        static final int MOST_VALUE = 300;

        /** Cuts what is too long, and takes out what no message should hold. */
        public Fact {
            name = Clean.line(name, MOST_NAME);
            value = Clean.line(value, MOST_VALUE);
        }
    }

    /**
     * What makes two of them one thing.
     *
     * @param event what happened
     * @param subject whom or what it is about
     */
    record Key(NoticeEvent event, String subject) {}
}
