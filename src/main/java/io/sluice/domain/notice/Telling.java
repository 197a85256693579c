package io.sluice.domain.notice;

import io.sluice.domain.notice.NoticeEvent.Severity;
import java.util.List;

/**
 * One message to one sink, before it has a form.
 *
 * @param id the same for every attempt to deliver it
 * @param groups what it tells, the worst first; one, or several where the sink's rate held them back; not empty
 * @param leftOut earlier occurrences that are in no message: too many at once, or the sink was down for long
 * @param node name of the node that tells it
 * @param atMillis when it was put together, wall clock
 */
public record Telling(String id, List<Group> groups, int leftOut, String node, long atMillis) {
    /** Copies the list. */
    public Telling {
        groups = List.copyOf(groups);
    }

    /** The worst of its groups. */
    public Severity severity() {
        return groups.stream().map(Group::severity).max(Severity::compareTo).orElseThrow();
    }

    /** How many occurrences it tells. */
    public int count() {
        return groups.stream().mapToInt(group -> group.occurrences().size()).sum();
    }

    /**
     * Occurrences of one event.
     *
     * @param event what happened
     * @param severity how bad it is
     * @param state whether it begins, goes on or is over
     * @param occurrences of whom, in the order they were seen; not empty
     */
    public record Group(NoticeEvent event, Severity severity, State state, List<Occurrence> occurrences) {
        /** Copies the list. */
        public Group {
            occurrences = List.copyOf(occurrences);
        }
    }

    /** Where in its life something is told. */
    public enum State {
        /** It has begun. */
        BEGUN,
        /** It was told and goes on. */
        STILL,
        /** It was told and is over. */
        OVER;

        /** Its word in messages. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
