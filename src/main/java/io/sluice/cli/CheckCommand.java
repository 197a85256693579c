package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.EffectiveConfig;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.node.NodeSetup;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice check}. */
@Command(
        name = "check",
        description = "Validates the files without starting anything, and compares them with a running node.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CheckCommand implements Callable<Integer> {
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
        PrintWriter out = spec.commandLine().getOut();
        NodeSetup setup = ConfigFiles.read(options.or(parent.options), warning -> out.println("warning: " + warning));
        GatewayRevision revision = setup.revision();
        out.printf(
                "%s is valid: revision %s, %d channels, %d accounts, %d models, %d keys%n",
                setup.dir(),
                revision.id(),
                revision.channels().size(),
                revision.accounts().size(),
                revision.models().size(),
                revision.keys().all().size());
        RunningNode.config(admin, setup.config(), out::println)
                .ifPresent(node -> compare(node, revision).forEach(out::println));
        out.flush();
        return 0;
    }

    private static List<String> compare(JsonNode node, GatewayRevision files) {
        String running = node.path("effective").path("files-revision").asText();
        JsonNode ofFiles = node.path("effective").deepCopy();
        JsonNode now = effective(files);
        int stored = ManagedEntries.remove(ofFiles, now);
        String beside = stored == 0
                ? ""
                : "; besides, " + stored + " of its entries are managed by API, which this command does not look at";
        if (running.equals(files.id())) {
            return List.of("the running node is on this revision" + beside);
        }
        return Stream.concat(
                        Stream.of("the running node is on revision " + running + "; taking these files would change"
                                + beside),
                        ConfigDifference.between(ofFiles, now).stream())
                .toList();
    }

    /** What would be in effect, as a node shows it. */
    private static JsonNode effective(GatewayRevision files) {
        try {
            return new ObjectMapper().readTree(EffectiveConfig.text(files));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the rendered configuration is JSON", e);
        }
    }
}
