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

/** {@code sluice keys}: virtual keys of the ledger. */
@Command(
        name = "keys",
        description = "Virtual keys of the ledger: create, list, rotate, disable, enable, revoke.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class KeysCommand implements Runnable {
    private static final int PAGE = 1_000;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    @ParentCommand
    private SluiceCommand parent;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "keys needs a command: create, list, rotate, disable, enable, revoke");
    }

    private RunningNode node(NodeOptions options, AdminOptions admin) throws CliFailure {
        return new RunningNode(admin, ConfigFiles.node(options.or(parent.options)));
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a key. Its text is printed once, alone on the standard output.")
    int create(
            @Mixin NodeOptions options,
            @Mixin AdminOptions admin,
            @Mixin Fields fields,
            @Parameters(paramLabel = "NAME", description = "unique among keys") String name,
            @Option(names = "--team", paramLabel = "NAME", description = "its team") @Nullable String team,
            @Option(
                            names = "--models",
                            split = ",",
                            paramLabel = "GLOB",
                            description = "models it may use (default: all)")
                    @Nullable
                    List<String> models,
            @Option(names = "--expires", paramLabel = "TIME", description = "a date or a time from which it is refused")
                    @Nullable
                    String expires)
            throws CliFailure, InterruptedException {
        ObjectNode key = JSON.objectNode().put("name", name);
        if (team != null) {
            key.put("team", team);
        }
        if (models != null) {
            models.forEach(key.putArray("models")::add);
        }
        if (expires != null) {
            key.put("expires", expires);
        }
        JsonNode made = node(options, admin).post("/admin/v1/keys", fields.addTo(key));
        shown(name + " is made; this is shown once:", made);
        return 0;
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows the keys of the ledger and of the files.")
    int list(
            @Mixin NodeOptions options,
            @Mixin AdminOptions admin,
            @Option(names = "--team", paramLabel = "NAME", description = "only keys of this team") @Nullable
                    String team,
            @Option(names = "--state", paramLabel = "STATE", description = "active, disabled or revoked") @Nullable
                    String state,
            @Option(names = "--search", paramLabel = "TEXT", description = "only names with this text in them")
                    @Nullable
                    String search)
            throws CliFailure, InterruptedException {
        TextTable table = new TextTable(List.of("NAME", "TEAM", "STATE", "ORIGIN", "EXPIRES", "LAST USED"));
        RunningNode node = node(options, admin);
        String cursor = null;
        do {
            JsonNode page = node.get(new Query("/keys")
                    .and("team", team)
                    .and("state", state)
                    .and("search", search)
                    .and("limit", PAGE)
                    .and("cursor", cursor)
                    .toString());
            page.path("keys")
                    .forEach(key -> table.add(List.of(
                            key.path("name").asText(),
                            text(key, "team"),
                            text(key, "state")
                                    + (key.path("out-of-force").asText("").isEmpty() ? "" : ", out of force"),
                            text(key, "origin"),
                            text(key, "expires"),
                            text(key, "last-used"))));
            cursor = page.path("next-cursor").asText("");
        } while (!cursor.isEmpty());
        print(table.isEmpty() ? List.of("no keys") : table.lines());
        return 0;
    }

    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = "Gives a key a new text, which is printed once; the old one ends later.")
    int rotate(
            @Mixin NodeOptions options,
            @Mixin AdminOptions admin,
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--overlap",
                            paramLabel = "TIME",
                            defaultValue = "24h",
                            description =
                                    "for how long the old text is good (default: ${DEFAULT-VALUE}); 0s when it has leaked")
                    String overlap)
            throws CliFailure, InterruptedException {
        JsonNode made = node(options, admin)
                .post(path(name, "/rotate"), JSON.objectNode().put("overlap", overlap));
        shown(name + " has a new text, the old one is good for " + overlap + "; this is shown once:", made);
        return 0;
    }

    @Command(name = "disable", mixinStandardHelpOptions = true, description = "Refuses a key until it is enabled.")
    int disable(@Mixin NodeOptions options, @Mixin AdminOptions admin, @Parameters(paramLabel = "NAME") String name)
            throws CliFailure, InterruptedException {
        return act(options, admin, name, "disable", " is disabled");
    }

    @Command(name = "enable", mixinStandardHelpOptions = true, description = "Takes a disabled key into use again.")
    int enable(@Mixin NodeOptions options, @Mixin AdminOptions admin, @Parameters(paramLabel = "NAME") String name)
            throws CliFailure, InterruptedException {
        return act(options, admin, name, "enable", " is enabled");
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Refuses a key for ever, on all nodes within a second.")
    int revoke(@Mixin NodeOptions options, @Mixin AdminOptions admin, @Parameters(paramLabel = "NAME") String name)
            throws CliFailure, InterruptedException {
        return act(options, admin, name, "revoke", " is revoked");
    }

    private int act(NodeOptions options, AdminOptions admin, String name, String action, String done)
            throws CliFailure, InterruptedException {
        node(options, admin).post(path(name, "/" + action));
        print(List.of(name + done));
        return 0;
    }

    private static String path(String name, String action) {
        return new Query("/keys/" + Query.encoded(name) + action).toString();
    }

    /** The text alone on the standard output, so that a script can take it. */
    private void shown(String said, JsonNode made) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(said);
        err.flush();
        print(List.of(made.path("key").asText()));
    }

    private void print(List<String> lines) {
        PrintWriter out = spec.commandLine().getOut();
        lines.forEach(out::println);
        out.flush();
    }

    private static String text(JsonNode of, String field) {
        return of.path(field).isNull() ? "" : of.path(field).asText("");
    }
}
