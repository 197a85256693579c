package io.sluice.cluster.member;

import com.hazelcast.core.HazelcastInstance;
import io.sluice.cluster.ClusterTls;
import io.sluice.cluster.link.Link;
import io.sluice.config.ClusterConfig;
import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.UnknownHostException;

/**
 * Vert.x as a member of the cluster: the same event bus, which also carries announcements. Whoever started it closes its
 * Vert.x, which leaves the cluster.
 *
 * @param vertx of this node
 * @param hazelcast this member; ends with {@code vertx}
 */
public record ClusteredVertx(Vertx vertx, HazelcastInstance hazelcast) {
    /** How long a resolved name may be kept, seconds: another pod may have it next. */
    private static final int RESOLVED_SECONDS = 1;

    /**
     * Joins the cluster, or begins it. Takes some seconds, on threads of its own.
     *
     * @param builder of the node's Vert.x; its options are set again
     * @param options of the node's Vert.x; its bus and resolver are set here
     * @param config where members are, and where this one listens
     * @param self this run of this node
     * @return fails when a port cannot be had, or a host has no address
     */
    public static Future<ClusteredVertx> start(
            VertxBuilder builder, VertxOptions options, ClusterConfig config, Link.Peer self) {
        // Hazelcast's first lines come before it has read its settings.
        System.setProperty("hazelcast.logging.type", "slf4j");
        String instance = self.name() + "-" + Long.toHexString(self.incarnation());
        HazelcastClusterManager members;
        try {
            members = new HazelcastClusterManager(HazelcastSettings.of(config, instance));
            options.setEventBusOptions(bus(config));
        } catch (UnknownHostException e) {
            return Future.failedFuture(e);
        }
        options.getAddressResolverOptions().setCacheMaxTimeToLive(RESOLVED_SECONDS);
        return builder.with(options)
                .withClusterManager(members)
                .buildClustered()
                .map(vertx -> {
                    // Nothing is ever made from bytes that name a class.
                    vertx.eventBus().serializableChecker(type -> false).clusterSerializableChecker(type -> false);
                    return new ClusteredVertx(vertx, members.getHazelcastInstance());
                });
    }

    private static EventBusOptions bus(ClusterConfig config) throws UnknownHostException {
        EventBusOptions options = new EventBusOptions().setPort(config.busPort());
        if (!HazelcastSettings.listensEverywhere(config)) {
            options.setHost(config.bind().host());
        }
        // Otherwise it takes the address that the member took: others must be told one.
        ClusterTlsConfig tls = config.tls();
        if (tls != null) {
            ClusterTls.secure(options, tls);
            options.setClientAuth(ClientAuth.REQUIRED);
        }
        return options;
    }
}
