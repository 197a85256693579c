package io.sluice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice notify test}. */
@Command(
        name = "test",
        description = "Has a running node send a test to its notification sinks, and says which took it.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class NotifyTestCommand implements Callable<Integer> {
    @ParentCommand
    private NotifyCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Parameters(arity = "0..1", paramLabel = "SINK", description = "name of a sink (default: all)")
    private @Nullable String sink;

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
        RunningNode node = new RunningNode(admin, ConfigFiles.node(options.or(parent.parent.options)));
        String path = "/admin/v1/notifications/test" + (sink == null ? "" : "?sink=" + URLEncoder.encode(sink, UTF_8));
        JsonNode results = node.post(path).path("results");
        PrintWriter out = spec.commandLine().getOut();
        boolean all = true;
        for (JsonNode result : results) {
            boolean delivered = result.path("delivered").asBoolean();
            all &= delivered;
            String outcome = delivered
                    ? "delivered"
                    : "not delivered: " + result.path("why").asText();
            out.println(result.path("sink").asText() + "  " + outcome.replaceAll("\\p{Cntrl}", "?"));
        }
        out.flush();
        return all ? 0 : 1;
    }
}
