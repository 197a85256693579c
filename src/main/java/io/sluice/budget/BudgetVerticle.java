package io.sluice.budget;

import io.sluice.config.BudgetConfig;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.metrics.BudgetMetrics;
import io.sluice.store.BudgetRepository;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The single writer of the node's money: keeps for requests what they can cost at most, out of leases that the ledger grants.
 * Deployed once a node, where there is a ledger, after it and before any lane. At its stop it gives back what is free.
 */
public final class BudgetVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long TICK_MILLIS = 50;

    private final BudgetConfig config;
    private final BudgetRepository ledger;
    private final LongSupplier clock;
    private final InstantSource wallClock;
    private final BudgetMetrics metrics;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable BudgetDesk desk;

    /**
     * The money of a node.
     *
     * @param config how long requests wait, and what may be spent while the ledger is away
     * @param ledger where leases are
     * @param nanoClock monotonic nanoseconds
     * @param wallClock for what operators read
     * @param metrics what is counted
     */
    public BudgetVerticle(
            BudgetConfig config,
            BudgetRepository ledger,
            LongSupplier nanoClock,
            InstantSource wallClock,
            BudgetMetrics metrics) {
        this.config = config;
        this.ledger = ledger;
        this.clock = nanoClock;
        this.wallClock = wallClock;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        BudgetNotices notices = new BudgetNotices(bus, wallClock);
        BudgetDesk opened = new BudgetDesk(config, ledger, notices, clock, metrics);
        BudgetUpkeep upkeep = new BudgetUpkeep(ledger, clock);
        desk = opened;
        consumers.add(bus.serve(Address.BUDGET_RESERVE, opened::reserve));
        consumers.add(bus.consume(Address.BUDGET_CANCEL, opened::cancel));
        consumers.add(bus.consume(Address.BUDGET_SETTLE, opened::settle));
        consumers.add(bus.consume(
                Address.CLUSTER_VIEW, view -> opened.nodes(view.members().size())));
        consumers.add(bus.consume(Address.LEDGER_STATE, upkeep::ledger));
        vertx.setPeriodic(TICK_MILLIS, timer -> {
            opened.tick();
            upkeep.tick();
        });
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    @Override
    public Future<?> stop() {
        BudgetDesk open = desk;
        Future<?> deaf =
                Future.all(consumers.stream().map(MessageConsumer::unregister).toList());
        return open == null ? deaf : deaf.eventually(open::close);
    }
}
