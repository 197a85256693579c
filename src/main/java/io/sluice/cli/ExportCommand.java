package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice export}. */
@Command(
        name = "export",
        description = "Prints what is managed by API, as YAML that 'sluice import' takes.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExportCommand implements Callable<Integer> {
    @ParentCommand
    private SluiceCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(names = "--sealed", description = "with its secrets, sealed: they open where the same master key is")
    private boolean sealed;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
        RunningNode node = new RunningNode(admin, ConfigFiles.node(options.or(parent.options)));
        JsonNode all = node.get("/admin/v1/configuration/export?sealed=" + sealed);
        PrintWriter out = spec.commandLine().getOut();
        out.print(PlainYaml.write(all));
        out.flush();
        return 0;
    }
}
