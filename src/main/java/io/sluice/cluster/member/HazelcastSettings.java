package io.sluice.cluster.member;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import io.sluice.config.ClusterConfig;
import io.sluice.config.ClusterConfig.Voter;
import io.sluice.domain.Secret;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Map;

/**
 * Hazelcast as a member of this cluster, and nothing else. The community edition asks nobody for a credential: whoever
 * reaches the port and knows the cluster's name is a member. So it listens where it is told and nowhere else, has no
 * endpoint for clients, and makes objects of the few classes it needs only; what it can do beyond maps is off.
 */
final class HazelcastSettings {
    /** Map of {@link MemberEntry} by member. */
    static final String MEMBERS = "sluice.members";

    /** Map of the group's counters in pieces. */
    static final String COUNTERS = "sluice.counters";

    private static final int CONNECT_SECONDS = 2;

    /** Few threads, for a small machine and little traffic; and merging soon where nodes that started together missed each other. */
    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("hazelcast.logging.details.enabled", "false"),
            Map.entry("hazelcast.shutdownhook.enabled", "false"),
            Map.entry("hazelcast.phone.home.enabled", "false"),
            Map.entry("hazelcast.jmx", "false"),
            Map.entry("hazelcast.health.monitoring.level", "OFF"),
            Map.entry("hazelcast.logging.emoji.enabled", "false"),
            Map.entry("hazelcast.discovery.enabled", "false"),
            Map.entry("hazelcast.tcp.join.port.try.count", "1"),
            Map.entry("hazelcast.io.input.thread.count", "1"),
            Map.entry("hazelcast.io.output.thread.count", "1"),
            Map.entry("hazelcast.operation.thread.count", "2"),
            Map.entry("hazelcast.operation.generic.thread.count", "2"),
            Map.entry("hazelcast.operation.response.thread.count", "1"),
            Map.entry("hazelcast.event.thread.count", "1"),
            // The same in every version: members of different counts refuse each other.
            Map.entry("hazelcast.partition.count", "31"),
            Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
            Map.entry("hazelcast.max.no.heartbeat.seconds", "8"),
            Map.entry("hazelcast.mastership.claim.timeout.seconds", "10"),
            Map.entry("hazelcast.member.list.publish.interval.seconds", "10"),
            Map.entry("hazelcast.operation.call.timeout.millis", "10000"),
            Map.entry("hazelcast.wait.seconds.before.join", "1"),
            Map.entry("hazelcast.max.wait.seconds.before.join", "5"),
            Map.entry("hazelcast.max.join.seconds", "20"),
            Map.entry("hazelcast.merge.first.run.delay.seconds", "5"),
            Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
            Map.entry("hazelcast.graceful.shutdown.max.wait", "5"));

    /**
     * What members send one another as Java objects: exceptions, from operations that are to be repeated elsewhere. Anything
     * else is refused before it is made.
     */
    private static final ClassFilter EXCEPTIONS = new ClassFilter()
            .addPackages(
                    "com.hazelcast.core",
                    "com.hazelcast.spi.exception",
                    "com.hazelcast.partition",
                    "com.hazelcast.map",
                    "com.hazelcast.nio.serialization",
                    "com.hazelcast.internal.cluster.impl")
            .addClasses(
                    "java.lang.Throwable",
                    "java.lang.Exception",
                    "java.lang.RuntimeException",
                    "java.lang.Error",
                    "java.lang.IllegalArgumentException",
                    "java.lang.IllegalStateException",
                    "java.lang.IndexOutOfBoundsException",
                    "java.lang.NullPointerException",
                    "java.lang.SecurityException",
                    "java.lang.UnsupportedOperationException",
                    "java.lang.ClassNotFoundException",
                    "java.lang.ReflectiveOperationException",
                    "java.lang.StackTraceElement",
                    "[Ljava.lang.StackTraceElement;",
                    "java.io.IOException",
                    "java.util.concurrent.CancellationException",
                    "java.util.concurrent.RejectedExecutionException",
                    "java.util.concurrent.TimeoutException",
                    "java.util.ArrayList",
                    "java.util.CollSer",
                    "java.util.Collections$EmptyList",
                    "[Ljava.lang.Object;");

    private HazelcastSettings() {}

    /**
     * The settings of one member. Resolves the name it is to listen on, which may block.
     *
     * @param config where it listens, whom it looks for
     * @param instance a name for its threads, unique in the process
     * @throws UnknownHostException when the host to listen on has no address
     */
    static Config of(ClusterConfig config, String instance) throws UnknownHostException {
        Config settings = new Config().setInstanceName(instance).setClusterName(clusterName(config.name()));
        PROPERTIES.forEach(settings::setProperty);
        settings.setAdvancedNetworkConfig(network(config));
        settings.setProperty("hazelcast.socket.bind.any", String.valueOf(listensEverywhere(config)));
        settings.getSerializationConfig()
                .setJavaSerializationFilterConfig(new JavaSerializationFilterConfig()
                        .setDefaultsDisabled(true)
                        .setWhitelist(EXCEPTIONS))
                .setAllowUnsafe(false);
        settings.getJetConfig().setEnabled(false).setResourceUploadEnabled(false);
        settings.getMetricsConfig().setEnabled(false);
        settings.getUserCodeDeploymentConfig().setEnabled(false);
        settings.getManagementCenterConfig()
                .setScriptingEnabled(false)
                .setConsoleEnabled(false)
                .setDataAccessEnabled(false);
        maps(settings);
        return settings;
    }

    /**
     * Whether a member is to listen on every address of the machine. May block.
     *
     * @throws UnknownHostException when the host to listen on has no address
     */
    static boolean listensEverywhere(ClusterConfig config) throws UnknownHostException {
        return InetAddress.getByName(config.bind().host()).isAnyLocalAddress();
    }

    /** Members say it in clear when they join: a hash, so that it does not tell what the link's proofs are made with. */
    private static String clusterName(Secret name) {
        byte[] hash = Secret.sha256("sluice members " + name.reveal());
        return HexFormat.of().formatHex(hash, 0, 16);
    }

    private static AdvancedNetworkConfig network(ClusterConfig config) throws UnknownHostException {
        InetAddress bind = InetAddress.getByName(config.bind().host());
        ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig()
                .setPort(config.bind().port())
                .setPortAutoIncrement(false)
                .setReuseAddress(true);
        endpoint.setSocketConnectTimeoutSeconds(CONNECT_SECONDS);
        if (!bind.isAnyLocalAddress()) {
            endpoint.getInterfaces().setEnabled(true).addInterface(bind.getHostAddress());
        }
        AdvancedNetworkConfig network =
                new AdvancedNetworkConfig().setEnabled(true).setMemberEndpointConfig(endpoint);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        // Names are resolved at every look for members, a discovery name to all its addresses.
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(CONNECT_SECONDS);
        config.voters().stream().map(Voter::member).forEach(member -> join.getTcpIpConfig()
                .addMember(member.toString()));
        if (config.discovery() != null) {
            join.getTcpIpConfig().addMember(config.discovery().toString());
        }
        return network;
    }

    private static void maps(Config settings) {
        settings.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        settings.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
        settings.addMapConfig(bytes(MEMBERS).setBackupCount(1));
        // Written anew each second: not worth a copy.
        settings.addMapConfig(bytes(COUNTERS).setBackupCount(0));
    }

    private static MapConfig bytes(String name) {
        return new MapConfig(name)
                .setInMemoryFormat(InMemoryFormat.BINARY)
                .setStatisticsEnabled(false)
                .setPerEntryStatsEnabled(false);
    }
}
