package io.sluice.node;

import io.sluice.ingress.EdgeLimits;
import io.sluice.ingress.EdgeShared;
import io.sluice.ingress.IngressVerticle;
import io.sluice.provider.ProviderClientVerticle;
import io.sluice.provider.fetch.PublicInternet;
import io.sluice.router.RouterVerticle;

/** The lanes: what carries the traffic. */
final class LanePart {
    private final NodeShared node;
    private final EdgeShared edge;

    LanePart(NodeShared node) {
        this.node = node;
        this.edge = new EdgeShared(
                new EdgeLimits(node.config.http().bounds()),
                node.storedKeys,
                node.openRequests,
                node.ownIds,
                node.tracing,
                node.door);
    }

    /**
     * One lane.
     *
     * @param number from 0
     */
    Lane lane(int number) {
        return new Lane(
                new RouterVerticle(number, node.nanoClock),
                new ProviderClientVerticle(
                        number, node.config.http().bounds().upstreamQueue(), node.nanoClock, PublicInternet::new),
                new IngressVerticle(number, node.config.http(), node.initial, edge, node.metrics, node.nanoClock));
    }
}
