package io.sluice.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The metrics of a scrape in Prometheus' text format, by name. */
public final class Families {
    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (\\S+) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"");

    private Families() {}

    /**
     * A metric.
     *
     * @param kind counter, gauge, histogram or summary
     * @param help what it says
     * @param labels names, {@code le} of buckets apart
     * @param samples names that queries use
     */
    public record Family(String kind, String help, Set<String> labels, Set<String> samples) {}

    /** What is in a scrape. The greatest of a histogram, which stands apart there, counts to it. */
    public static Map<String, Family> of(String scrape) {
        Map<String, String> help = new LinkedHashMap<>();
        Map<String, Family> families = new LinkedHashMap<>();
        String now = "";
        for (String line : scrape.lines().toList()) {
            Matcher comment = COMMENT.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (comment.matches() && comment.group(1).equals("HELP")) {
                help.put(comment.group(2), comment.group(3).strip());
            } else if (comment.matches()) {
                now = comment.group(2);
                families.put(
                        now,
                        new Family(comment.group(3), help.getOrDefault(now, ""), new TreeSet<>(), new TreeSet<>()));
            } else if (sample.matches()) {
                Family family = families.get(now);
                family.samples().add(sample.group(1));
                Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
                while (label.find()) {
                    if (!label.group(1).equals("le")) {
                        family.labels().add(label.group(1));
                    }
                }
            }
        }
        for (String name : Set.copyOf(families.keySet())) {
            Family of = families.get(name.replaceAll("_max$", ""));
            if (name.endsWith("_max") && of != null) {
                of.samples().add(name);
                families.remove(name);
            }
        }
        return families;
    }
}
