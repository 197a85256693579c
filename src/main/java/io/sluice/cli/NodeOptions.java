package io.sluice.cli;

import io.sluice.config.NodeConfig.LogFormat;
import io.sluice.config.NodeOverrides;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the command line may say about a node; wins over {@code node.yaml}. */
final class NodeOptions {
    @Mixin
    ConfigOption where = new ConfigOption();

    @Option(names = "--data", paramLabel = "DIR", description = "directory for what the node keeps (default: data)")
    @Nullable
    Path data;

    @Option(names = "--port", paramLabel = "N", description = "traffic port (default: 8080; 0 for any free one)")
    @Nullable
    Integer port;

    @Option(names = "--admin-port", paramLabel = "N", description = "admin port (default: 8081; 0 for any free one)")
    @Nullable
    Integer adminPort;

    @Option(names = "--log", paramLabel = "FORMAT", description = "log lines as text or json (default: text)")
    @Nullable
    LogFormat log;

    NodeOverrides overrides() {
        return new NodeOverrides(port, adminPort, data);
    }

    /** These, and the other's where these say nothing: {@code sluice --port 1 run} is {@code sluice run --port 1}. */
    NodeOptions or(NodeOptions other) {
        NodeOptions both = new NodeOptions();
        both.where.config = where.config != null ? where.config : other.where.config;
        both.data = data != null ? data : other.data;
        both.port = port != null ? port : other.port;
        both.adminPort = adminPort != null ? adminPort : other.adminPort;
        both.log = log != null ? log : other.log;
        return both;
    }

    Path configDir() {
        return where.config != null ? where.config : ConfigOption.DEFAULT;
    }
}
