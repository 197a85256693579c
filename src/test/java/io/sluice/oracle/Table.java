package io.sluice.oracle;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Results as rows of a Markdown table. */
final class Table {
    /** The first two lines. */
    static final String HEADER = """
            | run | offered | admitted (by node) | refused | client errors | largest window ÷ limit: requests, tokens | \
            refused by provider | use: requests, tokens, RPM 3 | wait p50 / p99 ms | longest pause | faults | seed | verdict |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|""";

    private Table() {}

    /** The row of a run. */
    static String row(Result result) {
        Tally tally = result.tally();
        List<String> cells = List.of(
                result.scenario().name() + ", " + result.settings().length().toSeconds() + " s, window "
                        + result.settings().window().toSeconds() + " s",
                Long.toString(tally.requests()),
                tally.admitted() + " (" + counts(tally.admittedBy()) + ")",
                counts(tally.refusals()),
                counts(tally.errors()),
                String.format(
                        Locale.ROOT,
                        "%.4f, %.4f",
                        result.largest().requests(),
                        result.largest().tokens()),
                Long.toString(result.largest().refused()),
                percent(result, Pool.Kind.REQUESTS) + ", " + percent(result, Pool.Kind.TOKENS) + ", "
                        + percent(result, Pool.Kind.FEW),
                tally.waitedMillis(50) + " / " + tally.waitedMillis(99),
                String.format(Locale.ROOT, "%.2f s", result.longestPause().toMillis() / 1000.0),
                counts(result.faults()),
                Long.toString(result.settings().seed()),
                verdict(result));
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String percent(Result result, Pool.Kind kind) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * result.use().get(kind));
    }

    private static String verdict(Result result) {
        if (result.overshoots()) {
            return "**OVERSHOOT**"
                    + (result.violations().isEmpty() ? "" : " before the change: " + result.violations());
        }
        return result.missed().isEmpty() ? "held" : "held; missed: " + String.join(", ", result.missed());
    }

    private static String counts(Map<String, ?> counts) {
        return counts.isEmpty()
                ? "–"
                : counts.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> each.getKey() + " " + each.getValue())
                        .collect(Collectors.joining(", "));
    }
}
