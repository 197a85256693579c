package io.sluice.quota;

import io.sluice.config.QueueConfig;
import io.sluice.domain.lease.Admission;
import io.sluice.domain.lease.LeaseBook;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The single writer of the node's quota: answers reservations from leases that the quota group grants, lets requests
 * wait, takes settlements, tells the routers where room is. Deployed once a node, after whoever serves {@link
 * Address#QUOTA_RENEW} and before any lane. At its stop it gives its leases back.
 */
public final class QuotaVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long TICK_MILLIS = 25;
    private static final int TICKS_PER_REPORT = 4;

    private final RevisionScopes scopes;
    private final String nodeName;
    private final QueueConfig queue;
    private final LongSupplier clock;
    private final InstantSource wallClock;
    private final RandomGenerator random;
    private final GatewayMetrics metrics;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable LeaseKeeper keeper;
    private int ticks;

    /**
     * The quota of a node.
     *
     * @param initial the revision the node starts with
     * @param nodeName its name, stable over restarts
     * @param queue how much may wait for room
     * @param nanoClock monotonic nanoseconds: {@link System#nanoTime()}
     * @param wallClock to see that the monotonic clock stood still
     * @param random names this run of the node
     * @param metrics what is counted
     */
    public QuotaVerticle(
            GatewayRevision initial,
            String nodeName,
            QueueConfig queue,
            LongSupplier nanoClock,
            InstantSource wallClock,
            RandomGenerator random,
            GatewayMetrics metrics) {
        this.scopes = new RevisionScopes(initial);
        this.nodeName = nodeName;
        this.queue = queue;
        this.clock = nanoClock;
        this.wallClock = wallClock;
        this.random = random;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        LeaseBook book = new LeaseBook(
                nodeName, LeaseKeeper.incarnation(random), scopes.revision().id(), scopes.limits());
        Admission admission = new Admission(book, queue.requests(), queue.bytes());
        QuotaDesk desk = new QuotaDesk(admission, scopes, bus, metrics.quota(), clock, wallClock);
        LeaseKeeper leases = new LeaseKeeper(vertx, bus, admission, clock, wallClock, random, metrics);
        keeper = leases;
        consumers.add(bus.serve(Address.QUOTA_RESERVE, request -> reserve(leases, desk, request)));
        consumers.add(bus.consume(Address.QUOTA_SETTLE, desk::settle));
        consumers.add(bus.consume(Address.QUOTA_REST, desk::rest));
        consumers.add(bus.consume(Address.QUOTA_CHARGE, desk::charge));
        consumers.add(bus.consume(Address.QUOTA_CANCEL, desk::cancel));
        consumers.add(bus.consume(Address.QUOTA_WRITTEN_LATE, desk::writtenLate));
        consumers.add(bus.consume(Address.PROVIDER_LIMITS, desk::observe));
        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> desk.reload(change.revision())));
        consumers.add(bus.consume(Address.KEYS_CHANGED, change -> book.limit(change.limits())));
        consumers.add(bus.consume(Address.GROUP_STATUS, leases::status));
        vertx.setPeriodic(TICK_MILLIS, timer -> {
            leases.tick();
            if (++ticks % TICKS_PER_REPORT == 0) {
                desk.report();
            }
        });
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    private static Future<QuotaDecision> reserve(LeaseKeeper leases, QuotaDesk desk, ReserveQuota request) {
        leases.checkClocks();
        Future<QuotaDecision> answer = desk.reserve(request);
        leases.afterwards();
        return answer;
    }

    @Override
    public Future<?> stop() {
        return Future.all(consumers.stream().map(MessageConsumer::unregister).toList())
                .eventually(() -> keeper == null ? Future.succeededFuture() : keeper.stop());
    }
}
