package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice usage}. */
@Command(
        name = "usage",
        description = "Shows what was used and what it cost: sums in groups, or requests one by one.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class UsageCommand implements Callable<Integer> {
    private static final int PAGE = 1_000;
    private static final List<String> NAMES = List.of("start", "key", "team", "model", "channel", "account");
    private static final List<String> SUMS = List.of(
            "requests", "failures", "unpriced", "input-tokens", "cached-tokens", "output-tokens", "cost-micros");
    private static final List<String> SUM_HEADS =
            List.of("REQUESTS", "FAILED", "UNPRICED", "INPUT", "CACHED", "OUTPUT", "COST");
    private static final List<String> RECORD = List.of(
            "started-at",
            "id",
            "key",
            "model",
            "account",
            "status",
            "ending",
            "input-tokens",
            "output-tokens",
            "cost-micros");
    private static final List<String> RECORD_HEADS =
            List.of("STARTED", "ID", "KEY", "MODEL", "ACCOUNT", "STATUS", "ENDING", "INPUT", "OUTPUT", "COST");

    @ParentCommand
    private SluiceCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(names = "--from", paramLabel = "TIME", description = "a date or a time (default: 30 days before the end)")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "not included (default: the next midnight)")
    private @Nullable String to;

    @Option(names = "--offset", paramLabel = "+HH:MM", description = "whose midnights are meant (default: Z)")
    private @Nullable String offset;

    @Option(
            names = "--by",
            split = ",",
            paramLabel = "WHAT",
            description = "key, team, model, channel, account, and minute, hour or day (default: key)")
    private @Nullable List<String> by;

    @Option(names = "--key", paramLabel = "NAME", description = "only this key; may be repeated, as all filters may")
    private @Nullable List<String> keys;

    @Option(names = "--team", paramLabel = "NAME", description = "only keys of this team")
    private @Nullable List<String> teams;

    @Option(names = "--model", paramLabel = "NAME", description = "only this model")
    private @Nullable List<String> models;

    @Option(names = "--channel", paramLabel = "NAME", description = "only this channel")
    private @Nullable List<String> channels;

    @Option(names = "--account", paramLabel = "CHANNEL/NAME", description = "only this account")
    private @Nullable List<String> accounts;

    @Option(names = "--ending", paramLabel = "WORD", description = "completed, failed, cut or cancelled")
    private @Nullable List<String> endings;

    @Option(names = "--status", paramLabel = "CODE", description = "HTTP status")
    private @Nullable List<String> statuses;

    @Option(names = "--order", paramLabel = "WHAT", description = "name, or the largest by cost, requests or tokens")
    private @Nullable String order;

    @Option(names = "--limit", paramLabel = "N", description = "most lines of the table (default: all)")
    private @Nullable Integer limit;

    @Option(names = "--records", description = "requests one by one, the newest first")
    private boolean records;

    @Option(names = "--csv", description = "everything as comma-separated values")
    private boolean csv;

    @Option(names = "--jsonl", description = "everything as one JSON object a line")
    private boolean jsonl;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
        check();
        RunningNode node = new RunningNode(admin, ConfigFiles.node(options.or(parent.options)));
        PrintWriter out = spec.commandLine().getOut();
        if (csv || jsonl) {
            node.copy(
                    query("/usage/export").and("format", csv ? "csv" : "jsonl").toString(), out);
            return 0;
        }
        (records ? list(node) : sums(node)).forEach(out::println);
        out.flush();
        return 0;
    }

    private void check() {
        if (records && (by != null || order != null)) {
            throw wrong("--by and --order go with sums, not with --records");
        }
        if (csv && jsonl) {
            throw wrong("--csv and --jsonl do not go together");
        }
        if ((csv || jsonl) && (limit != null || order != null)) {
            throw wrong("--limit and --order go with the table alone");
        }
        if (limit != null && limit < 1) {
            throw wrong("--limit must be 1 or more");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Query query(String path) {
        Query query = new Query(path)
                .and("from", from)
                .and("to", to)
                .and("offset", offset)
                .each("key", keys)
                .each("team", teams)
                .each("model", models)
                .each("channel", channels)
                .each("account", accounts)
                .each("ending", endings)
                .each("status", statuses);
        return records ? query : query.each("group-by", by == null ? List.of("key") : by);
    }

    private List<String> list(RunningNode node) throws CliFailure, InterruptedException {
        TextTable table = new TextTable(RECORD_HEADS);
        pages(
                node,
                "/usage/records",
                "records",
                entry -> table.add(
                        RECORD.stream().map(field -> cell(entry, field)).toList()));
        return table.isEmpty() ? List.of("no requests") : table.lines();
    }

    private List<String> sums(RunningNode node) throws CliFailure, InterruptedException {
        List<JsonNode> groups = new ArrayList<>();
        JsonNode first = pages(node, "/usage", "groups", groups::add);
        JsonNode total = first.path("total");
        List<String> names = NAMES.stream()
                .filter(name -> groups.stream().anyMatch(group -> group.has(name)))
                .toList();
        List<String> head =
                new ArrayList<>(names.stream().map(UsageCommand::head).toList());
        head.addAll(SUM_HEADS);
        TextTable table = new TextTable(head);
        groups.forEach(group -> table.add(row(names, group, "")));
        table.add(row(names, total, "in all"));
        List<String> lines = new ArrayList<>();
        lines.add("from " + first.path("from").asText() + " to "
                + first.path("to").asText() + ", in " + first.path("currency").asText());
        if (!first.path("complete").asBoolean(true)) {
            lines.add("not all of it is kept any more: the sums say too little");
        }
        lines.addAll(table.lines());
        return lines;
    }

    private static String head(String name) {
        return name.toUpperCase(java.util.Locale.ROOT);
    }

    private static List<String> row(List<String> names, JsonNode group, String label) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            row.add(i == 0 && !label.isEmpty() ? label : cell(group, names.get(i)));
        }
        SUMS.forEach(field -> row.add(cell(group, field)));
        return row;
    }

    /** Reads pages until there are no more, or enough lines; gives the first one. */
    private JsonNode pages(RunningNode node, String path, String list, java.util.function.Consumer<JsonNode> take)
            throws CliFailure, InterruptedException {
        int left = limit == null ? Integer.MAX_VALUE : limit;
        JsonNode first = null;
        String cursor = null;
        do {
            JsonNode page = node.get(query(path)
                    .and("order", order)
                    .and("limit", Math.min(left, PAGE))
                    .and("cursor", cursor)
                    .toString());
            page.path(list).forEach(take);
            first = first == null ? page : first;
            left -= page.path(list).size();
            cursor = page.path("next-cursor").asText("");
        } while (!cursor.isEmpty() && left > 0);
        return first;
    }

    private static String cell(JsonNode entry, String field) {
        JsonNode value = entry.path(field);
        if (value.isNull() || value.isMissingNode()) {
            return "";
        }
        return field.equals("cost-micros")
                ? BigDecimal.valueOf(value.asLong(), 6)
                        .setScale(4, RoundingMode.HALF_UP)
                        .toPlainString()
                : value.asText();
    }
}
