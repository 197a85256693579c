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

    /** @param setup what it begins with */
    public HealthVerticle(HealthSetup setup) {
        this.setup = setup;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        HealthDesk opened = new HealthDesk(vertx, context, bus, setup);
        desk = opened;
        opened.revision(setup.initial());
        consumers.add(bus.consume(Address.ATTEMPT_FINISHED, opened::finished));
        consumers.add(bus.consume(Address.TRIAL_TAKEN, opened::taken));
        consumers.add(bus.consume(Address.CLUSTER_VIEW, opened::members));
        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> opened.revision(change.revision())));
        consumers.add(bus.hear(Address.ACCOUNT_HEALTH, opened.shared()::heard));
        consumers.add(bus.hear(Address.CIRCUIT_MOVED, opened.shared()::heard));
        vertx.setPeriodic(TICK_MILLIS, timer -> opened.tick());
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    @Override
    public Future<?> stop() {
        if (desk != null) {
            desk.close();
        }
        return Future.all(consumers.stream().map(MessageConsumer::unregister).toList());
    }
}
