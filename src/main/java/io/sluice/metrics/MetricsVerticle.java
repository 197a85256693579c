package io.sluice.metrics;

import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.GroupStatus;
import io.sluice.message.Heartbeat;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Feeds the meters with what the node's other verticles publish. One a node. */
public final class MetricsVerticle extends VerticleBase {
    private static final long LOOP_MILLIS = 250;
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    private final GatewayMetrics metrics;
    private final GatewayRevision initial;
    private final int lanes;
    private final LongSupplier clock;
    private final Set<Integer> asked = new HashSet<>();
    private List<MessageConsumer<?>> consumers = List.of();

    /**
     * Not started yet.
     *
     * @param metrics what is fed
     * @param initial the revision the node starts with
     * @param lanes how many event loops carry traffic
     * @param clock monotonic nanoseconds
     */
    public MetricsVerticle(GatewayMetrics metrics, GatewayRevision initial, int lanes, LongSupplier clock) {
        this.metrics = metrics;
        this.initial = initial;
        this.lanes = lanes;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        metrics.revision(initial);
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        consumers = List.of(
                bus.consume(Address.ATTEMPT_FINISHED, metrics::attempt),
                bus.consume(Address.QUOTA_HEADROOM, metrics.pool()::headroom),
                bus.consume(Address.POOL_HEALTH, health -> metrics.pool().health(health.snapshot())),
                bus.consume(Address.REVISION_CHANGED, change -> metrics.revision(change.revision())),
                bus.consume(
                        Address.RELOAD_FAILED,
                        failed -> metrics.configErrors(failed.errors().size())),
                bus.consume(Address.QUOTA_COUNTERS, metrics.quota()::counters),
                bus.consume(Address.GROUP_STATUS, this::group),
                bus.consume(Address.CLUSTER_VIEW, metrics.cluster()::view),
                bus.consume(Address.READINESS_CHANGED, change -> metrics.ready(change.ready())));
        Bus patient = new Bus(vertx, LONGEST_DELAY);
        vertx.setPeriodic(LOOP_MILLIS, timer -> IntStream.range(0, lanes).forEach(lane -> ask(patient, lane)));
        return Future.succeededFuture();
    }

    /** How long a lane's event loop takes to come to a message; one question at a time. */
    private void ask(Bus bus, int lane) {
        if (!asked.add(lane)) {
            return;
        }
        long sent = clock.getAsLong();
        bus.request(Address.heartbeat(lane), new Heartbeat(lane)).onComplete(done -> {
            asked.remove(lane);
            // One that has no ingress yet, or none any more, has no delay.
            if (done.succeeded()) {
                metrics.runtime().loopAnswered(lane, clock.getAsLong() - sent);
            }
        });
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
