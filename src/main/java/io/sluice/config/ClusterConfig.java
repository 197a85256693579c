package io.sluice.config;

import io.sluice.domain.Secret;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a node finds the others: {@code cluster} in {@code node.yaml}.
 *
 * @param name the cluster's name, a secret that all its nodes know
 * @param bind where this node listens for members; link and bus listen on the same host
 * @param linkPort port of the link between nodes; default {@code bind} + 100
 * @param busPort port of announcements; default {@code bind} + 200
 * @param tls what proves nodes to one another; null in a trusted network
 * @param trustedNetwork whether an operator vouches for the network, so that other than loopback needs no {@code tls}
 * @param voters the nodes that hold the limit windows together, by name: 1, 2, 3 or 5
 * @param discovery name whose DNS addresses are further members to be found; null when the voters are enough
 */
public record ClusterConfig(
        Secret name,
        HostPort bind,
        int linkPort,
        int busPort,
        @Nullable ClusterTlsConfig tls,
        boolean trustedNetwork,
        List<Voter> voters,
        @Nullable HostPort discovery) {
    /** Copies the list. */
    public ClusterConfig {
        voters = List.copyOf(voters);
    }

    /** How far a member's link port is from its member port, unless it says otherwise. */
    public static final int LINK_OFFSET = 100;

    /** How far a member's bus port is from its member port, unless it says otherwise. */
    public static final int BUS_OFFSET = 200;

    /**
     * A host and a port.
     *
     * @param host name or address
     * @param port 1 to 65535
     */
    public record HostPort(String host, int port) {
        @Override
        public String toString() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /**
     * A node that votes.
     *
     * @param name the node's name, stable over restarts
     * @param member where members reach it
     * @param linkPort port of its link, on the same host
     */
    public record Voter(String name, HostPort member, int linkPort) {}

    /**
     * Certificates for link and bus; both sides prove themselves.
     *
     * @param cert PEM file, this node's certificate and its chain
     * @param key PEM file, its private key
     * @param ca PEM file, who signs the nodes' certificates
     */
    public record ClusterTlsConfig(Path cert, Path key, Path ca) {}
}
