package io.sluice.config;

import io.sluice.domain.pool.BaseUrl;
import org.jspecify.annotations.Nullable;

/**
 * The loopback ports of this node, as far as they are fixed: a channel must not lead back into it, and the built-in
 * simulator is no real provider.
 *
 * @param http traffic port; 0 when unknown
 * @param admin admin port; 0 when unknown
 * @param simulator the simulator's port; 0 when it is off
 */
record NodePorts(int http, int admin, int simulator) {
    /** Of a node; nothing is known of a node whose file has errors. */
    static NodePorts of(@Nullable NodeConfig node) {
        return node == null
                ? new NodePorts(0, 0, 0)
                : new NodePorts(
                        node.http().port(),
                        node.admin().port(),
                        node.simulator() == null ? 0 : node.simulator().port());
    }

    /** Whether a URL leads to the node's own traffic or admin port. */
    boolean isOwn(BaseUrl url) {
        return BaseUrls.isLoopback(url.host()) && isOwn(url.port());
    }

    /** Whether a port of this machine is the node's own traffic or admin port. */
    boolean isOwn(int port) {
        return port == http || port == admin;
    }

    /** Whether a URL leads to the built-in simulator. */
    boolean isSimulator(BaseUrl url) {
        return BaseUrls.isLoopback(url.host()) && url.port() == simulator;
    }
}
