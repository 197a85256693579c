package io.sluice.usage;

import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.UsageRecord;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the usage record of each request: meters and one line of the access log. Accepts at once, for there is nothing to
 * wait for until the ledger exists. One a node.
 */
public final class UsageVerticle extends VerticleBase {
    private final GatewayMetrics metrics;
    private final AccessLog log;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();

    /**
     * Not started yet.
     *
     * @param metrics what is fed
     * @param initial the revision to begin with
     */
    public UsageVerticle(GatewayMetrics metrics, GatewayRevision initial) {
        this.metrics = metrics;
        this.log = new AccessLog(initial);
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        consumers.add(bus.serve(Address.USAGE_RECORDED, this::record));
        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> log.revision(change.revision())));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
    }

    private Future<Accepted> record(UsageRecord usage) {
        metrics.request(usage);
        log.write(usage);
        return Future.succeededFuture(Accepted.INSTANCE);
    }
}
