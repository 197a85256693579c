package io.sluice.cli;

import io.sluice.config.NodeConfig;
import io.sluice.config.NodeConfig.LogFormat;
import io.sluice.config.SampleKey;
import io.sluice.domain.Secret;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.node.AdminTokenFile;
import io.sluice.node.Node;
import io.sluice.node.NodeSetup;
import io.sluice.node.Version;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node says when it is ready: some lines for people, or one log event when logs are JSON. */
final class StartReport {
    private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);
    private static final int MODELS_SHOWN = 5;

    private final LogFormat format;
    private final PrintWriter out;

    StartReport(LogFormat format, PrintWriter out) {
        this.format = format;
        this.out = out;
    }

    /** The first admin token is shown to people only: a log is kept, and read by many. */
    void print(NodeSetup setup, Node node) {
        GatewayRevision revision = setup.revision();
        long millis = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        if (format == LogFormat.JSON) {
            LOG.atInfo()
                    .addKeyValue("version", Version.text())
                    .addKeyValue("node", setup.config().name())
                    .addKeyValue("revision", revision.id())
                    .addKeyValue("port", node.port())
                    .addKeyValue("admin_port", node.adminPort())
                    .addKeyValue("ledger", setup.ledger())
                    .addKeyValue("models", revision.models().size())
                    .addKeyValue("start_ms", millis)
                    .log(setup.config().cluster() == null ? "ready" : "started");
            if (node.firstAdminToken() != null) {
                LOG.info("the first admin token is in {}", AdminTokenFile.of(setup.config()));
            }
            return;
        }
        lines(setup, node.port(), node.adminPort()).forEach(out::println);
        Secret token = node.firstAdminToken();
        if (token != null) {
            out.println("The admin token of this node, shown this once and kept in " + AdminTokenFile.of(setup.config())
                    + ":");
            out.println("  " + token.reveal());
        }
        out.println((setup.config().cluster() == null ? "ready in " : "started in ") + millis + " ms");
        out.flush();
    }

    /** The lines for people. */
    static List<String> lines(NodeSetup setup, int port, int adminPort) {
        NodeConfig node = setup.config();
        GatewayRevision revision = setup.revision();
        boolean sample = sampleKey(revision).isPresent();
        String traffic = url(node.http().tls() != null, node.http().host(), port);
        Stream.Builder<String> lines = Stream.builder();
        lines.add("Sluice " + Version.text() + ", node " + node.name() + ", revision " + revision.id());
        lines.add("  traffic    " + traffic + "/v1 (listening on " + node.http().host() + ":" + port + ")");
        lines.add("  admin      " + url(node.admin().tls() != null, node.admin().host(), adminPort));
        if (node.simulator() != null) {
            lines.add(
                    "  simulator  " + url(false, "127.0.0.1", node.simulator().port()) + "/v1 (a simulated provider)");
        }
        lines.add("  ledger     " + setup.ledger());
        lines.add("  models     " + models(revision));
        if (sample) {
            lines.add("This is the sample configuration: its key is public and answers are simulated. Edit "
                    + setup.dir().resolve("gateway.yaml") + " while it runs.");
        }
        firstChatModel(revision).ifPresent(model -> {
            lines.add("");
            lines.add("  curl -N " + traffic + "/v1/chat/completions \\");
            lines.add("    -H \"Authorization: Bearer " + (sample ? SampleKey.TEXT : "$SLUICE_KEY") + "\" \\");
            lines.add("    -H 'Content-Type: application/json' \\");
            lines.add("    -d '{\"model\":\"" + model
                    + "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}'");
            lines.add("");
        });
        return lines.build().toList();
    }

    private static Optional<VirtualKey> sampleKey(GatewayRevision revision) {
        return revision.keys().find(KeyHash.ofKey(SampleKey.TEXT));
    }

    private static String url(boolean tls, String host, int port) {
        String name =
                switch (host) {
                    case "0.0.0.0", "::", "127.0.0.1", "::1" -> "localhost";
                    default -> host.indexOf(':') >= 0 ? "[" + host + "]" : host;
                };
        return (tls ? "https://" : "http://") + name + ":" + port;
    }

    private static String models(GatewayRevision revision) {
        int count = revision.models().size();
        String first = revision.models().keySet().stream().limit(MODELS_SHOWN).collect(Collectors.joining(", "));
        return count > MODELS_SHOWN ? first + ", … (" + count + " in all)" : first;
    }

    /** A model to try: names of embedding models say so, whoever makes them. */
    private static Optional<String> firstChatModel(GatewayRevision revision) {
        return revision.models().keySet().stream()
                .filter(name -> !name.contains("embed"))
                .filter(name -> sampleKey(revision).map(key -> key.allows(name)).orElse(true))
                .findFirst();
    }
}
