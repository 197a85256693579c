package io.sluice.quota;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.QuotaBook;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Headroom;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleQuota;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single writer of the node's quota: answers reservations, takes settlements, tells the routers where room is.
 * Deployed once a node, before any lane. Its start fails when another process uses the data directory.
 */
public final class QuotaVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaVerticle.class);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final long TICK_MILLIS = 100;
    private static final int LOOKED_AT_PER_TICK = 1000;

    private final Path dataDir;
    private final Duration ttl;
    private final LongSupplier clock;
    private final GatewayMetrics metrics;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private RevisionScopes scopes;
    private long longestAttemptNanos;
    private @Nullable Headroom reported;
    private @Nullable KeptBook kept;

    /**
     * The quota of a node.
     *
     * @param initial the revision the node starts with
     * @param dataDir the node's data directory
     * @param ttl how long after its grant a reservation may be written
     * @param clock monotonic nanoseconds, the same in every process of one run of the machine: {@link System#nanoTime()}
     * @param metrics what is counted
     */
    public QuotaVerticle(
            GatewayRevision initial, Path dataDir, Duration ttl, LongSupplier clock, GatewayMetrics metrics) {
        this.scopes = new RevisionScopes(initial);
        this.longestAttemptNanos = scopes.longestAttempt().toNanos();
        this.dataDir = dataDir;
        this.ttl = ttl;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> {
                    var disk = new LeaseLog.Disk(dataDir, BootIdentity.read(), SEGMENT_BYTES, this::onWorker);
                    return KeptBook.open(disk, scopes.limits(), ttl, clock.getAsLong());
                })
                .compose(this::serve);
    }

    @Override
    public Future<?> stop() {
        return Future.all(consumers.stream().map(MessageConsumer::unregister).toList())
                .eventually(() -> vertx.executeBlocking(() -> {
                    if (kept != null) {
                        kept.close();
                    }
                    return null;
                }));
    }

    private void onWorker(Runnable task) {
        vertx.executeBlocking(Executors.callable(task))
                .onFailure(cause -> LOG.error("the lease log's worker failed", cause));
    }

    private Future<?> serve(KeptBook opened) {
        kept = opened;
        QuotaBook book = opened.book();
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        consumers.add(bus.serve(Address.QUOTA_RESERVE, request -> Future.succeededFuture(reserve(book, request))));
        consumers.add(bus.consume(Address.QUOTA_SETTLE, settlement -> settle(book, settlement)));
        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> reload(book, change.revision())));
        vertx.setPeriodic(TICK_MILLIS, timer -> tick(opened, bus));
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    private QuotaDecision reserve(QuotaBook book, ReserveQuota request) {
        long now = clock.getAsLong();
        if (now - request.deadlineNanos() > 0) {
            return late(book, request, now);
        }
        QuotaDecision decision = book.reserve(
                now,
                request.keyScopes(),
                request.candidates(),
                request.estimate(),
                request.replaces(),
                new Decision(book, request.keyScopes(), now));
        if (decision instanceof QuotaDecision.Denied denied) {
            metrics.quotaDenied(denied.failure().cause());
        }
        return decision;
    }

    /** Nobody hears this answer, so nothing may be granted; what the request replaces ends all the same. */
    private static QuotaDecision late(QuotaBook book, ReserveQuota request, long now) {
        book.settle(now, request.replaces(), now, false, Estimate.NONE, false);
        return new QuotaDecision.Denied(
                new QuotaExceeded(Cause.POOL, "The gateway could not answer in time.", Duration.ofSeconds(1)), null);
    }

    private void settle(QuotaBook book, SettleQuota settlement) {
        long beyond = book.settle(
                clock.getAsLong(),
                settlement.reservation(),
                settlement.writtenAtNanos(),
                settlement.sent(),
                settlement.actual(),
                settlement.keepKey());
        if (beyond == QuotaBook.UNMATCHED) {
            metrics.quotaUnmatched();
        } else if (beyond > 0) {
            metrics.quotaOverrun(beyond);
        }
    }

    private void reload(QuotaBook book, GatewayRevision revision) {
        if (revision != scopes.revision()) {
            scopes = new RevisionScopes(revision);
            // Attempts of earlier revisions go on with their own timeouts.
            longestAttemptNanos =
                    Math.max(longestAttemptNanos, scopes.longestAttempt().toNanos());
            book.reload(clock.getAsLong(), scopes.limits());
        }
    }

    private void tick(KeptBook opened, Bus bus) {
        QuotaBook book = opened.book();
        long now = clock.getAsLong();
        book.forgetIdle(now, LOOKED_AT_PER_TICK);
        int abandoned = book.releaseAbandoned(now - 2 * longestAttemptNanos, LOOKED_AT_PER_TICK);
        if (abandoned > 0) {
            LOG.error("{} reservations were never settled", abandoned);
        }
        metrics.quotaState(book.openReservations(), book.scopes(), opened.log().isKeeping());
        Headroom headroom = new Headroom(scopes.revision().id(), scopes.permille(book, now));
        if (!headroom.equals(reported)) {
            reported = headroom;
            bus.publish(Address.QUOTA_HEADROOM, headroom);
        }
    }
}
