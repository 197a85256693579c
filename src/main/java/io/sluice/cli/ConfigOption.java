package io.sluice.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the configuration is. */
final class ConfigOption {
    static final Path DEFAULT = Path.of("config");

    @Option(names = "--config", paramLabel = "DIR", description = "configuration directory (default: config)")
    @Nullable
    Path config;
}
