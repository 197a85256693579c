package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice reseal}. */
@Command(
        name = "reseal",
        description = "Wraps every secret that is kept in the store under the newest master key.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ResealCommand implements Callable<Integer> {
    @ParentCommand
    private SluiceCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
        RunningNode node = new RunningNode(admin, ConfigFiles.node(options.or(parent.options)));
        JsonNode answer = node.post("/admin/v1/configuration/reseal");
        PrintWriter out = spec.commandLine().getOut();
        out.println(answer.path("entries").asInt() + " entries are sealed under the newest master key now");
        answer.path("failures").forEach(failure -> out.println("not opened: " + failure.asText()));
        out.flush();
        return answer.path("failures").isEmpty() ? 0 : 1;
    }
}
