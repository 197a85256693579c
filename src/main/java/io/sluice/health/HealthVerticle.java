package io.sluice.health;

import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The health of the pool: one a node, the only one that changes it. Learns from the ends of attempts and from other nodes;
 * lanes are told by {@link Address#POOL_HEALTH}.
 */
public final class HealthVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long TICK_MILLIS = 100;

    private final HealthSetup setup;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable HealthDesk desk;
    private @Nullable WordBook book;
    private @Nullable WordExchange exchange;

    /** @param setup what it begins with */
    public HealthVerticle(HealthSetup setup) {
        this.setup = setup;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        return WordBook.open(vertx, setup.data(), setup.origin(), setup.initial(), setup.wallClock())
                .compose(book -> begin(bus, book));
    }

    private Future<?> begin(Bus bus, WordBook opened) {
        HealthDesk made = new HealthDesk(vertx, context, bus, setup, opened);
        WordExchange talk = new WordExchange(vertx, bus, opened, setup.origin(), setup.clock(), setup.random());
        book = opened;
        desk = made;
        exchange = talk;
        consumers.add(bus.consume(Address.ATTEMPT_FINISHED, made::finished));
        consumers.add(bus.consume(Address.TRIAL_TAKEN, made::taken));
        consumers.add(bus.serve(Address.POOL_TELL, question -> {
            made.tellNow();
            return Future.succeededFuture(question);
        }));
        consumers.add(bus.consume(Address.CLUSTER_VIEW, made::members));
        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> made.revision(change.revision())));
        consumers.add(bus.hear(Address.ACCOUNT_HEALTH, made.shared()::heard));
        consumers.add(bus.hear(Address.CIRCUIT_MOVED, made.shared()::heard));
        consumers.add(bus.serve(Address.POOL_SHOW, question -> made.show()));
        consumers.add(bus.serve(Address.POOL_ACT, made::act));
        vertx.setPeriodic(TICK_MILLIS, timer -> made.tick());
        return talk.start()
                .compose(begun -> Future.all(
                        consumers.stream().map(MessageConsumer::completion).toList()));
    }

    @Override
    public Future<?> stop() {
        if (desk != null) {
            desk.close();
        }
        Future<?> silent =
                Future.all(consumers.stream().map(MessageConsumer::unregister).toList());
        WordExchange talk = exchange;
        WordBook open = book;
        return silent.eventually(() -> talk == null ? Future.succeededFuture() : talk.stop())
                .eventually(() -> open == null ? Future.succeededFuture() : open.close());
    }
}
