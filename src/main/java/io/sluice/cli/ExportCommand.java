package io.sluice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.config.PlainYaml;
import java.io.PrintWriter;
import java.net.URLEncoder;
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

    @Option(
            names = "--keys",
            description =
                    "with the virtual keys of the store and the hashes of their texts, which go on working elsewhere")
    private boolean keys;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
        RunningNode node = new RunningNode(admin, ConfigFiles.node(options.or(parent.options)));
        JsonNode all = node.get("/admin/v1/configuration/export?sealed=" + sealed);
        if (keys && all instanceof ObjectNode document) {
            document.set("keys", keys(node));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(PlainYaml.write(all));
        out.flush();
        return 0;
    }

    private static ArrayNode keys(RunningNode node) throws CliFailure, InterruptedException {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        String cursor = "";
        do {
            JsonNode page = node.get("/admin/v1/configuration/keys?limit=1000" + cursor);
            page.path("keys").forEach(all::add);
            JsonNode next = page.path("next-cursor");
            cursor = next.isTextual() ? "&cursor=" + URLEncoder.encode(next.asText(), UTF_8) : "";
        } while (!cursor.isEmpty());
        return all;
    }
}
