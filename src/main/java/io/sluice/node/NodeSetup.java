package io.sluice.node;

import io.sluice.config.NodeConfig;
import io.sluice.config.NodeOverrides;
import io.sluice.domain.pool.GatewayRevision;
import java.nio.file.Path;

/**
 * What a node begins with.
 *
 * @param dir the configuration directory, watched while the node runs
 * @param overrides what the command line says; wins over {@code node.yaml}
 * @param config the node's own settings, read at start only
 * @param revision everything that routes, as it is at the start
 */
public record NodeSetup(Path dir, NodeOverrides overrides, NodeConfig config, GatewayRevision revision) {
    /** For people: where its ledger is. */
    public String ledger() {
        return StorePart.describe(config);
    }
}
