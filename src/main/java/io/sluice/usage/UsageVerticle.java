package io.sluice.usage;

import io.sluice.domain.key.StoredKeys;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the usage record of each request: meters, one line of the access log, and the journal, from where it goes into the
 * ledger. Accepts when the record is in the journal; at once where there is no ledger. One a node; its start fails when another
 * process uses the data directory.
 */
public final class UsageVerticle extends VerticleBase {
    private final GatewayMetrics metrics;
    private final AccessLog log;
    private final @Nullable LedgerSetup setup;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable Ledger ledger;

    /**
     * Not started yet.
     *
     * @param metrics what is fed
     * @param initial the revision to begin with
     * @param storedKeys keys that are not in it
     * @param setup what is needed to keep usage; null where there is no ledger
     * @param accessLines where lines of the access log go; null for the log
     */
    public UsageVerticle(
            GatewayMetrics metrics,
            GatewayRevision initial,
            StoredKeys storedKeys,
            @Nullable LedgerSetup setup,
            @Nullable Consumer<String> accessLines) {
        this.metrics = metrics;
        this.log = new AccessLog(initial, storedKeys, accessLines);
        this.setup = setup;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        Future<?> opened = setup == null
                ? Future.succeededFuture()
                : Ledger.open(vertx, bus, setup, metrics.journal()).onSuccess(open -> ledger = open);
        return opened.onSuccess(done -> {
            UnpricedWatch unpriced =
                    new UnpricedWatch(InstantSource.system(), notice -> bus.publish(Address.NOTICE_RAISED, notice));
            consumers.add(bus.serve(Address.USAGE_RECORDED, usage -> record(usage, unpriced)));
            consumers.add(bus.consume(Address.REVISION_CHANGED, change -> log.revision(change.revision())));
        });
    }

    @Override
    public Future<?> stop() {
        Future<?> deaf =
                Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
        Ledger open = ledger;
        return open == null ? deaf : deaf.eventually(open::close);
    }

    private Future<Accepted> record(UsageRecord usage, UnpricedWatch unpriced) {
        metrics.request(usage);
        log.write(usage);
        unpriced.seen(usage);
        return ledger == null ? Future.succeededFuture(Accepted.INSTANCE) : ledger.keep(usage);
    }
}
