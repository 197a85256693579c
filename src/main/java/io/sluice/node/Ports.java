package io.sluice.node;

import io.sluice.config.ClusterConfig;
import io.sluice.config.NodeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tries every port of a node before anything is started, so that one that is taken is told in the operator's words and
 * at once. Blocks; for the start only.
 */
final class Ports {
    private Ports() {}

    /**
     * Binds each port for a moment.
     *
     * @throws StartFailure with one line for each that cannot be used
     */
    static void check(NodeConfig config) throws StartFailure {
        List<String> errors = new ArrayList<>();
        check(config.http().host(), config.http().port(), "http", "--port N", errors);
        check(config.admin().host(), config.admin().port(), "admin", "--admin-port N", errors);
        if (config.simulator() != null) {
            check("127.0.0.1", config.simulator().port(), "simulator", "simulator.port", errors);
        }
        ClusterConfig cluster = config.cluster();
        if (cluster != null) {
            String host = cluster.bind().host();
            check(host, cluster.bind().port(), "cluster", "cluster.bind", errors);
            check(host, cluster.linkPort(), "cluster", "cluster.link-port", errors);
            check(host, cluster.busPort(), "cluster", "cluster.bus-port", errors);
        }
        if (!errors.isEmpty()) {
            throw new StartFailure(errors);
        }
    }

    /**
     * Binds one port for a moment.
     *
     * @throws StartFailure when it cannot be used
     */
    static void check(String host, int port, String section, String option) throws StartFailure {
        List<String> errors = new ArrayList<>(1);
        check(host, port, section, option, errors);
        if (!errors.isEmpty()) {
            throw new StartFailure(errors);
        }
    }

    private static void check(String host, int port, String section, String option, List<String> errors) {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            errors.add(section + ".host: '" + host + "' is not an address of this machine");
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            if (reason.contains("in use")) {
                errors.add("port " + port + " (" + section + ") is in use; choose another with " + option
                        + (option.startsWith("--") ? " or " + section + ".port" : "") + " in node.yaml");
            } else if (reason.contains("Permission denied")) {
                errors.add("port " + port + " (" + section + ") may not be opened by this user; choose one from 1024");
            } else {
                errors.add(section + ": cannot listen on " + host + ":" + port + ": " + reason);
            }
        }
    }
}
