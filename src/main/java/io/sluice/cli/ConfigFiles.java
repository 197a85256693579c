package io.sluice.cli;

import io.sluice.config.ConfigError;
import io.sluice.config.ConfigLoader;
import io.sluice.config.Loaded;
import io.sluice.config.NodeConfig;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.node.NodeSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Reads the files of a configuration directory for a command. */
final class ConfigFiles {
    private ConfigFiles() {}

    /**
     * Reads them all.
     *
     * @param warnings takes what an operator should know, one sentence each
     * @throws CliFailure with every error of every file
     */
    static NodeSetup read(NodeOptions options, Consumer<String> warnings) throws CliFailure {
        Path dir = directory(options);
        Loaded<NodeConfig> node = ConfigLoader.loadNode(dir, options.overrides());
        Loaded<GatewayRevision> gateway = ConfigLoader.loadGateway(dir, node.value());
        if (node.value() == null || gateway.value() == null) {
            throw new CliFailure(Stream.concat(node.errors().stream(), gateway.errors().stream())
                    .map(ConfigError::toString)
                    .toList());
        }
        Stream.concat(node.warnings().stream(), gateway.warnings().stream()).forEach(warnings);
        return new NodeSetup(dir, options.overrides(), node.value(), gateway.value());
    }

    /**
     * Reads what they say of the node itself: where it is to be found.
     *
     * @throws CliFailure with every error
     */
    static NodeConfig node(NodeOptions options) throws CliFailure {
        Loaded<NodeConfig> node = ConfigLoader.loadNode(directory(options), options.overrides());
        if (node.value() == null) {
            throw new CliFailure(
                    node.errors().stream().map(ConfigError::toString).toList());
        }
        return node.value();
    }

    private static Path directory(NodeOptions options) throws CliFailure {
        Path dir = options.configDir();
        if (!Files.isDirectory(dir) || !Files.isReadable(dir)) {
            throw new CliFailure(
                    "there is no readable configuration directory '" + dir + "'; name one with --config DIR");
        }
        return dir;
    }
}
