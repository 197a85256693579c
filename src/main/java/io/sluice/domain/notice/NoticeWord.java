package io.sluice.domain.notice;

import java.util.List;

/**
 * What a node says to the others about telling a sink. May be lost or repeated: whoever hears nothing tells it itself after
 * a time.
 *
 * @param node the run of the node that says it: name, slash, incarnation
 * @param sink name of the sink
 * @param stage how far it is
 * @param event what is told of
 * @param over whether it is told that it is over
 * @param subjects whom or what it is about; at most {@value #MOST}
 */
public record NoticeWord(
        String node, String sink, Stage stage, NoticeEvent event, boolean over, List<Subject> subjects) {
    /** Most subjects of one word; more of them take several. */
    public static final int MOST = 64;

    /** Copies the list. */
    public NoticeWord {
        subjects = List.copyOf(subjects);
    }

    /** How far telling is. The order is part of the wire format: append only. */
    public enum Stage {
        /** The node is at it: others wait. */
        TAKEN,
        /** The sink has it. */
        TOLD,
        /** The node could not: the next one tries. */
        FAILED,
        /** The sink was told before: for a node that never heard of it. */
        KNOWN
    }

    /**
     * One of them.
     *
     * @param name whom or what it is about
     * @param level how far it has gone
     */
    public record Subject(String name, int level) {}
}
