package io.sluice.usage;

import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.UsageRecord;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Takes the usage record of each request: meters and one line of the access log. Accepts at once, for there is nothing to
 * wait for until the ledger exists. One a node.
 */
public final class UsageVerticle extends VerticleBase {
    private final GatewayMetrics metrics;
    private final AccessLog log = new AccessLog();
    private @Nullable MessageConsumer<UsageRecord> consumer;

    /**
     * Not started yet.
     *
     * @param metrics what is fed
     */
    public UsageVerticle(GatewayMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        consumer = new Bus(vertx, Duration.ofSeconds(1)).serve(Address.USAGE_RECORDED, this::record);
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    private Future<Accepted> record(UsageRecord usage) {
        metrics.request(usage);
        log.write(usage);
        return Future.succeededFuture(Accepted.INSTANCE);
    }
}
