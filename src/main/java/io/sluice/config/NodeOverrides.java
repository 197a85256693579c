package io.sluice.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says; it wins over {@code node.yaml}.
 *
 * @param port traffic port, 0 to 65535; null when not given
 * @param adminPort admin port, 0 to 65535; null when not given
 * @param data data directory; null when not given
 */
public record NodeOverrides(
        @Nullable Integer port,
        @Nullable Integer adminPort,
        @Nullable Path data) {
    /** Nothing is overridden. */
    public static final NodeOverrides NONE = new NodeOverrides(null, null, null);
}
