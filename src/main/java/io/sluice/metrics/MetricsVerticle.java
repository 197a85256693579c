package io.sluice.metrics;

import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.GroupStatus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.List;

/** Feeds the meters with what the node's other verticles publish. One a node. */
public final class MetricsVerticle extends VerticleBase {
    private final GatewayMetrics metrics;
    private final GatewayRevision initial;
    private List<MessageConsumer<?>> consumers = List.of();

    /**
     * Not started yet.
     *
     * @param metrics what is fed
     * @param initial the revision the node starts with
     */
    public MetricsVerticle(GatewayMetrics metrics, GatewayRevision initial) {
        this.metrics = metrics;
        this.initial = initial;
    }

    @Override
    public Future<?> start() {
        metrics.revision(initial);
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        consumers = List.of(
                bus.consume(Address.ATTEMPT_FINISHED, metrics::attempt),
                bus.consume(Address.QUOTA_HEADROOM, metrics::headroom),
                bus.consume(Address.REVISION_CHANGED, change -> metrics.revision(change.revision())),
                bus.consume(
                        Address.RELOAD_FAILED,
                        failed -> metrics.configErrors(failed.errors().size())),
                bus.consume(Address.QUOTA_COUNTERS, metrics.quota()::counters),
                bus.consume(Address.GROUP_STATUS, this::group),
                bus.consume(Address.CLUSTER_VIEW, metrics.cluster()::view),
                bus.consume(Address.READINESS_CHANGED, change -> metrics.ready(change.ready())));
        return Future.succeededFuture();
    }

    private void group(GroupStatus status) {
        metrics.cluster().group(status);
        if (!status.role().equals("leader")) {
            metrics.quota().countersElsewhere();
        }
    }

    @Override
    public Future<?> stop() {
        return Future.join(
                consumers.stream().<Future<?>>map(MessageConsumer::unregister).toList());
    }
}
