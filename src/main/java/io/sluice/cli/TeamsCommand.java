package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice teams}: teams of the ledger. */
@Command(
        name = "teams",
        description = "Teams of the ledger: create, list, show, change, delete.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TeamsCommand implements Runnable {
    private static final int PAGE = 1_000;
    private static final String PATH = "/admin/v1/teams";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @ParentCommand
    private SluiceCommand parent;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "teams needs a command: create, list, show, change, delete");
    }

    private RunningNode node(NodeOptions options, AdminOptions admin) throws CliFailure {
        return new RunningNode(admin, ConfigFiles.node(options.or(parent.options)));
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a team, in force on all nodes within a second.")
    int create(
            @Mixin NodeOptions options,
            @Mixin AdminOptions admin,
            @Mixin Fields fields,
            @Parameters(paramLabel = "NAME", description = "unique among teams") String name,
            @Option(names = "--parent", paramLabel = "NAME", description = "the team that it belongs to") @Nullable
                    String above)
            throws CliFailure, InterruptedException {
        ObjectNode team = JSON.objectNode().put("name", name);
        if (above != null) {
            team.put("parent", above);
        }
        node(options, admin).post(PATH, fields.addTo(team));
        print(List.of(name + " is made"));
        return 0;
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows the teams of the ledger and of the files.")
    int list(@Mixin NodeOptions options, @Mixin AdminOptions admin) throws CliFailure, InterruptedException {
        TextTable table = new TextTable(List.of("NAME", "STATE", "ORIGIN", "CHANGED", "BY", "WHY"));
        RunningNode node = node(options, admin);
        String cursor = null;
        do {
            JsonNode page = node.get(
                    new Query("/teams").and("limit", PAGE).and("cursor", cursor).toString());
            page.path("teams")
                    .forEach(team -> table.add(List.of(
                            team.path("name").asText(),
                            team.path("state").asText(),
                            team.path("origin").asText(),
                            team.path("updated-at").asText(""),
                            team.path("updated-by").asText(""),
                            team.path("reasons").path(0).asText(""))));
            cursor = page.path("next-cursor").asText("");
        } while (!cursor.isEmpty());
        print(table.isEmpty() ? List.of("no teams") : table.lines());
        return 0;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one team as JSON.")
    int show(@Mixin NodeOptions options, @Mixin AdminOptions admin, @Parameters(paramLabel = "NAME") String name)
            throws CliFailure, InterruptedException {
        print(List.of(node(options, admin).get(path(name)).toPrettyString()));
        return 0;
    }

    @Command(name = "change", mixinStandardHelpOptions = true, description = "Changes fields of a team of the ledger.")
    int change(
            @Mixin NodeOptions options,
            @Mixin AdminOptions admin,
            @Mixin Fields fields,
            @Parameters(paramLabel = "NAME") String name)
            throws CliFailure, InterruptedException {
        ObjectNode patch = fields.addTo(JSON.objectNode());
        if (patch.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "change needs what to change, such as --rpm or --set");
        }
        RunningNode node = node(options, admin);
        node.change("PATCH", path(name), patch, version(node, name));
        print(List.of(name + " is changed"));
        return 0;
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Deletes a team of the ledger that has no keys any more.")
    int delete(@Mixin NodeOptions options, @Mixin AdminOptions admin, @Parameters(paramLabel = "NAME") String name)
            throws CliFailure, InterruptedException {
        RunningNode node = node(options, admin);
        node.change("DELETE", path(name), null, version(node, name));
        print(List.of(name + " is deleted"));
        return 0;
    }

    private static long version(RunningNode node, String name) throws CliFailure, InterruptedException {
        JsonNode team = node.get(path(name));
        if (!team.path("origin").asText().equals("store")) {
            throw new CliFailure(name + " stands in " + team.path("origin").asText() + "; change it there");
        }
        return team.path("version").asLong();
    }

    private static String path(String name) {
        return PATH + "/" + Query.encoded(name);
    }

    private void print(List<String> lines) {
        PrintWriter out = spec.commandLine().getOut();
        lines.forEach(out::println);
        out.flush();
    }
}
