package io.sluice.node;

import io.sluice.config.NodeConfig;
import io.sluice.config.NodeOverrides;
import io.sluice.domain.pool.GatewayRevision;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a node begins with.
 *
 * @param dir the configuration directory, watched while the node runs
 * @param overrides what the command line says; wins over {@code node.yaml}
 * @param config the node's own settings, read at start only
 * @param revision everything that routes, as it is at the start
 * @param managed the part of it that is managed by API; null when the revision is of files alone
 */
public record NodeSetup(
        Path dir,
        NodeOverrides overrides,
        NodeConfig config,
        GatewayRevision revision,
        @Nullable Managed managed) {
    /** Of files alone. */
    public NodeSetup(Path dir, NodeOverrides overrides, NodeConfig config, GatewayRevision revision) {
        this(dir, overrides, config, revision, null);
    }

    /** For people: where its ledger is. */
    public String ledger() {
        return StoreVerticle.describe(config);
    }
}
