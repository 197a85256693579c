package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What {@code node.yaml} says: read at start only.
 *
 * @param name the node's name, stable over restarts; default: the host name
 * @param http the traffic port
 * @param admin the admin port
 * @param data directory for everything the node keeps; default {@code data}
 * @param drainNotice how long, after SIGTERM, requests are still taken while load balancers notice; default 2 s in a cluster,
 *     else none
 * @param drain how long open streams may go on after SIGTERM; default 30 s
 * @param lanes event loops that carry traffic; default: one for each processor, at least 2
 * @param queue how much may wait for room
 * @param cluster how it finds other nodes; null when it is alone
 * @param store where the ledger is kept
 * @param journal the usage journal on the node's disk
 * @param budget how budgets are kept
 * @param simulator the built-in simulated provider; null when off
 * @param logFormat how log lines look
 * @param observe what it shows of itself
 */
public record NodeConfig(
        String name,
        HttpConfig http,
        AdminConfig admin,
        Path data,
        Duration drainNotice,
        Duration drain,
        int lanes,
        QueueConfig queue,
        @Nullable ClusterConfig cluster,
        StoreConfig store,
        JournalConfig journal,
        BudgetConfig budget,
        @Nullable SimulatorConfig simulator,
        LogFormat logFormat,
        ObserveConfig observe) {
    /**
     * The built-in simulated provider.
     *
     * @param port loopback port, 1 to 65535
     * @param script file with its scripts; null for a plain, unlimited one
     */
    public record SimulatorConfig(int port, @Nullable Path script) {}

    /** How log lines look. */
    public enum LogFormat {
        /** For people. */
        TEXT,
        /** One JSON object a line. */
        JSON
    }
}
