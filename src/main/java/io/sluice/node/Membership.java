package io.sluice.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.cluster.link.Link;
import io.sluice.cluster.member.ClusteredVertx;
import io.sluice.config.ClusterConfig;
import io.sluice.metrics.VertxMeters;
import io.vertx.core.VertxOptions;
import java.security.SecureRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node's place in a cluster.
 *
 * @param clustered its Vert.x; closing it leaves the cluster
 * @param config how members find each other
 * @param self this run of the node
 */
record Membership(ClusteredVertx clustered, ClusterConfig config, Link.Peer self) {
    /** Far more than joining takes; members that cannot be reached do not keep a node from starting. */
    private static final long PATIENCE_SECONDS = 60;

    /**
     * Joins the cluster, or begins it. Blocks.
     *
     * @param options of the node's Vert.x
     * @param registry where its meters live
     * @param name of the node, stable over restarts
     * @throws StartFailure when a port cannot be had or a host has no address
     */
    static Membership join(VertxOptions options, MeterRegistry registry, String name, ClusterConfig config)
            throws StartFailure {
        Link.Peer self = new Link.Peer(name, new SecureRandom().nextLong(1, Long.MAX_VALUE));
        try {
            ClusteredVertx clustered = ClusteredVertx.start(
                            VertxMeters.builder(options, registry), options, config, self)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return new Membership(clustered, config, self);
        } catch (ExecutionException e) {
            throw new StartFailure("cluster: " + e.getCause());
        } catch (TimeoutException e) {
            throw new StartFailure("cluster: joining took longer than " + PATIENCE_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("stopped while joining the cluster");
        }
    }
}
