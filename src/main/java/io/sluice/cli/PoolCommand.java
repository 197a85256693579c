package io.sluice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sluice.config.NodeConfig;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice pool}. */
@Command(
        name = "pool",
        description = "Shows how the accounts of a running node stand, or changes it: disable, drain, enable,"
                + " clear-cooldown, probe.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PoolCommand implements Callable<Integer> {
    private static final List<String> ACTIONS = List.of("disable", "drain", "enable", "clear-cooldown", "probe");
    private static final int PAGE = 1_000;

    @ParentCommand
    private SluiceCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "disable, drain, enable, clear-cooldown or probe; nothing to show the pool")
    private @Nullable String action;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "CHANNEL[/ACCOUNT]",
            description = "whom; a channel means all of its accounts")
    private @Nullable String target;

    @Option(names = "--channel", paramLabel = "NAME", description = "shows the accounts of one channel")
    private @Nullable String channel;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "shows those that are up, cooling, broken, missing, out-of-money, dead, draining or disabled")
    private @Nullable String state;

    @Option(names = "--reason", paramLabel = "TEXT", description = "why; is shown with the account")
    private @Nullable String reason;

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
        check();
        NodeConfig config = ConfigFiles.node(options.or(parent.options));
        RunningNode node = new RunningNode(admin, config);
        List<String> lines = action == null ? show(node, Instant.now()) : act(node, action, String.valueOf(target));
        PrintWriter out = spec.commandLine().getOut();
        lines.forEach(out::println);
        out.flush();
        return 0;
    }

    private void check() {
        if (action == null) {
            if (reason != null) {
                throw wrong("--reason goes with an action");
            }
            return;
        }
        if (!ACTIONS.contains(action)) {
            throw wrong("there is no action '" + action + "'; there are " + String.join(", ", ACTIONS));
        }
        if (target == null || !target.matches("[^/]+(/[^/]+)?")) {
            throw wrong(action + " needs whom: CHANNEL or CHANNEL/ACCOUNT");
        }
        if (channel != null || state != null) {
            throw wrong("--channel and --state do not go with an action");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private List<String> show(RunningNode node, Instant now) throws CliFailure, InterruptedException {
        PoolTable table = new PoolTable();
        String after = "";
        JsonNode page;
        do {
            page = node.get("/admin/v1/pool?limit=" + PAGE
                    + parameter("channel", channel)
                    + parameter("state", state)
                    + (after.isEmpty() ? "" : parameter("cursor", after)));
            page.path("accounts").forEach(account -> table.add(account, now));
            after = page.path("next-cursor").asText("");
        } while (!after.isEmpty());
        List<String> lines = new ArrayList<>();
        lines.add(summary(page));
        lines.addAll(table.lines());
        return lines;
    }

    private static String summary(JsonNode page) {
        List<String> states = new ArrayList<>();
        for (Iterator<Map.Entry<String, JsonNode>> each = page.path("states").fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> state = each.next();
            states.add(state.getValue().asText() + " " + state.getKey());
        }
        return "revision " + page.path("revision").asText() + ", "
                + page.path("accounts-in-all").asText() + " accounts: " + String.join(", ", states);
    }

    private List<String> act(RunningNode node, String what, String whom) throws CliFailure, InterruptedException {
        String path = Arrays.stream(whom.split("/")).map(PoolCommand::encoded).collect(Collectors.joining("/"));
        var body = JsonNodeFactory.instance.objectNode();
        if (reason != null) {
            body.put("reason", reason);
        }
        JsonNode result = node.post("/admin/v1/pool/" + path + "/" + what, body);
        List<String> lines = new ArrayList<>();
        lines.add(result.path("message").asText());
        result.path("accounts")
                .forEach(account -> lines.add("  " + account.path("account").asText() + ": "
                        + account.path("message").asText()));
        return lines;
    }

    private static String parameter(String name, @Nullable String value) {
        return value == null ? "" : "&" + name + "=" + encoded(value);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
