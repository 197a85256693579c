package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.config.PlainYaml;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice import}. */
@Command(
        name = "import",
        description = "Stores what a file of 'sluice export', or one of that shape, says; what is so already stays.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ImportCommand implements Callable<Integer> {
    @ParentCommand
    private SluiceCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Parameters(arity = "1", paramLabel = "FILE", description = "the file; - for standard input")
    private String file;

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(names = "--dry-run", description = "only say what would happen")
    private boolean dryRun;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
        JsonNode document;
        try {
            document = PlainYaml.read(text());
        } catch (IOException e) {
            throw new CliFailure(file + " cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new CliFailure(file + " " + e.getMessage());
        }
        RunningNode node = new RunningNode(admin, ConfigFiles.node(options.or(parent.options)));
        JsonNode answer = node.post("/admin/v1/configuration/import?dry-run=" + dryRun, document);
        PrintWriter out = spec.commandLine().getOut();
        for (String what : List.of("created", "updated", "unchanged")) {
            for (JsonNode entry : answer.path(what)) {
                out.println((dryRun && !what.equals("unchanged") ? "would be " : "") + what + ": " + entry.asText());
            }
        }
        out.flush();
        return 0;
    }

    private String text() throws IOException {
        return file.equals("-")
                ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                : Files.readString(Path.of(file));
    }
}
