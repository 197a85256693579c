package io.sluice.domain.notice;

import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Makes a title and a text of a message, each bounded whatever happened to however many. */
public final class Wording {
    private static final int MOST_GROUPS = 6;
    private static final int MOST_TOLD = 10;
    private static final int MOST_NAMED = 30;
    private static final int MOST_TITLE = 250;
    private static final int MOST_TEXT = 6_000;

    private Wording() {}

    /**
     * The title of a message: one line.
     *
     * @param escape makes values harmless in the form of a sink
     */
    public static String title(Telling telling, Template template, UnaryOperator<String> escape) {
        Map<String, String> values = values(telling);
        values.replaceAll((name, value) -> Clean.line(value.replace('\n', ' '), MOST_TITLE));
        return template.fill(values, escape);
    }

    /**
     * The text of a message: several lines.
     *
     * @param escape makes values harmless in the form of a sink
     */
    public static String text(Telling telling, Template template, UnaryOperator<String> escape) {
        Map<String, String> values = values(telling);
        values.replaceAll((name, value) -> Clean.lines(value, MOST_TEXT));
        return template.fill(values, escape);
    }

    /**
     * The beginning of a text, for forms that take so much only.
     *
     * @param mostBytes in UTF-8
     */
    public static String cut(String text, int mostBytes) {
        return Clean.toBytes(text, mostBytes);
    }

    private static Map<String, String> values(Telling telling) {
        Map<String, String> values = new LinkedHashMap<>();
        List<Group> groups = telling.groups();
        values.put("severity", telling.severity().word());
        values.put("state", groups.size() == 1 ? groups.getFirst().state().word() : "several");
        values.put(
                "events",
                groups.stream().map(group -> group.event().word()).distinct().collect(Collectors.joining(", ")));
        values.put("summary", summary(groups));
        values.put("count", Integer.toString(telling.count()));
        values.put(
                "subjects",
                named(groups.stream().flatMap(g -> g.occurrences().stream()).toList()));
        values.put("text", body(telling));
        values.put("node", telling.node());
        values.put(
                "time",
                Instant.ofEpochMilli(telling.atMillis())
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString());
        return values;
    }

    private static String summary(List<Group> groups) {
        StringJoiner all = new StringJoiner("; ");
        groups.stream().limit(MOST_GROUPS).forEach(group -> all.add(headline(group)));
        if (groups.size() > MOST_GROUPS) {
            all.add("and more");
        }
        return all.toString();
    }

    /** For example {@code account disabled: openai/a}, or {@code over: 3 accounts disabled}. */
    private static String headline(Group group) {
        int count = group.occurrences().size();
        String phrase = group.event().phrase(count);
        return switch (group.state()) {
                    case BEGUN -> "";
                    case STILL -> "still: ";
                    case OVER -> "over: ";
                }
                + phrase
                + (count == 1 ? ": " + group.occurrences().getFirst().subject() : "");
    }

    private static String body(Telling telling) {
        StringJoiner lines = new StringJoiner("\n");
        boolean alone = telling.groups().size() == 1;
        for (Group group : telling.groups()) {
            List<Occurrence> all = group.occurrences();
            if (!alone || all.size() > 1) {
                lines.add(headline(group));
            }
            if (all.size() == 1) {
                single(group, all.getFirst(), lines);
            } else {
                all.stream().limit(MOST_TOLD).forEach(one -> lines.add("- " + one.subject() + tail(group, one)));
                if (all.size() > MOST_TOLD) {
                    lines.add(
                            "and " + (all.size() - MOST_TOLD) + " more: " + named(all.subList(MOST_TOLD, all.size())));
                }
            }
        }
        if (telling.leftOut() > 0) {
            lines.add(telling.leftOut() + " more are not listed.");
        }
        return lines.toString();
    }

    private static void single(Group group, Occurrence one, StringJoiner lines) {
        String said = said(group, one);
        if (!said.isEmpty()) {
            lines.add(said);
        }
        one.facts().forEach(fact -> lines.add(fact.name() + ": " + fact.value()));
    }

    private static String tail(Group group, Occurrence one) {
        String said = said(group, one);
        return said.isEmpty() ? "" : ": " + Clean.line(said.replace('\n', ' '), 300);
    }

    private static String said(Group group, Occurrence one) {
        return one.text().isEmpty() && group.state() == State.OVER
                ? group.event().after()
                : one.text();
    }

    private static String named(List<Occurrence> all) {
        String names = all.stream().limit(MOST_NAMED).map(Occurrence::subject).collect(Collectors.joining(", "));
        return all.size() > MOST_NAMED ? names + " and " + (all.size() - MOST_NAMED) + " more" : names;
    }
}
