package io.sluice.quota;

import io.sluice.domain.lease.Admission;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.Renewal;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.GroupStatus;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the node's leases: at once when somebody waits whom the group has not heard of, else all that have news together.
 * One renewal is in flight at a time and is sent again, unchanged, until it is answered. Used on the quota verticle's event
 * loop.
 */
final class LeaseKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    /** Half of the shortest life of a lease: what is kept never runs out while the group answers. */
    private static final long INTERVAL_NANOS = 50_000_000;

    /** In a cluster every node is heard of so often, so that copies of the state have a known age. */
    private static final long IDLE_NANOS = 200_000_000;

    private static final long JUMP_MILLIS = 100;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long RETRY_MILLIS = 50;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final long LAST_MILLIS = 2_000;

    private final Vertx vertx;
    private final Bus bus;
    private final Admission admission;
    private final LongSupplier clock;
    private final InstantSource wallClock;
    private final RandomGenerator random;
    private final GatewayMetrics metrics;
    private boolean clustered;
    private boolean stopping;
    private long seenNanos;
    private long seenMillis;
    private long timer = -1;
    private long timerDue;
    private @Nullable Promise<Void> last;

    LeaseKeeper(
            Vertx vertx,
            Bus bus,
            Admission admission,
            LongSupplier clock,
            InstantSource wallClock,
            RandomGenerator random,
            GatewayMetrics metrics) {
        this.vertx = vertx;
        this.bus = bus;
        this.admission = admission;
        this.clock = clock;
        this.wallClock = wallClock;
        this.random = random;
        this.metrics = metrics;
        look();
    }

    /**
     * Looks at both clocks. When more time passed by the one on the wall than by the monotonic one, the machine slept: no
     * lease can be trusted.
     */
    void checkClocks() {
        long millis = seenMillis;
        long nanos = seenNanos;
        look();
        long apart = seenMillis - millis - (seenNanos - nanos) / NANOS_PER_MILLI;
        if (Math.abs(apart) > JUMP_MILLIS) {
            LOG.warn("the clock jumped by {} ms: all leases are void", apart);
            metrics.runtime().clockStepped();
            admission.book().voidLeases();
        }
    }

    private void look() {
        seenNanos = clock.getAsLong();
        seenMillis = wallClock.millis();
    }

    /** Renews if it is time, and looks after those who wait. */
    void tick() {
        checkClocks();
        if (stopping) {
            return;
        }
        long now = clock.getAsLong();
        admission.tick(now);
        long since = now - admission.book().renewedAt();
        if (!admission.book().isInFlight()
                && (since >= INTERVAL_NANOS && admission.book().hasNews(now) || clustered && since >= IDLE_NANOS)) {
            renew();
        }
        afterwards();
    }

    /** Something happened: renews at once if somebody waits for it. */
    void afterwards() {
        if (stopping) {
            return;
        }
        if (admission.isUrgent() && !admission.book().isInFlight()) {
            renew();
        }
        arm();
    }

    /** One timer for all that waits, for what is due before the next tick. */
    private void arm() {
        long due = admission.nextDue();
        if (due == Long.MAX_VALUE || timer >= 0 && timerDue <= due) {
            return;
        }
        long delay = due - clock.getAsLong();
        if (delay < INTERVAL_NANOS) {
            if (timer >= 0) {
                vertx.cancelTimer(timer);
            }
            timerDue = due;
            timer = vertx.setTimer(Math.max(1, Math.ceilDiv(delay, NANOS_PER_MILLI)), id -> {
                timer = -1;
                due();
            });
        }
    }

    private void due() {
        long now = clock.getAsLong();
        if (stopping) {
            return;
        }
        admission.tick(now);
        if (!admission.book().isInFlight() && admission.book().hasNews(now)) {
            renew();
        }
        if (admission.isUrgent() && !admission.book().isInFlight()) {
            renew();
        }
    }

    private void renew() {
        send(admission.renew(clock.getAsLong(), false));
    }

    private void send(Renewal renewal) {
        long sent = clock.getAsLong();
        bus.request(Address.QUOTA_RENEW, renewal, ANSWER_TIMEOUT)
                .onComplete(answer -> answered(answer, sent), cause -> {
                    LOG.debug("no answer to renewal {}: {}", renewal.sequence(), cause.toString());
                    vertx.setTimer(RETRY_MILLIS, id -> send(renewal));
                });
    }

    private void answered(Answer answer, long sent) {
        metrics.quota().renewed(answer.status(), clock.getAsLong() - sent);
        checkClocks();
        admission.take(clock.getAsLong(), answer, incarnation(random));
        if (answer.status() != Answer.Status.TAKEN) {
            LOG.warn("the quota group answers {}: {}", answer.client(), answer.status());
        }
        if (stopping) {
            leave();
        } else {
            afterwards();
        }
    }

    /** The quota group says how it stands. */
    void status(GroupStatus status) {
        clustered = true;
        admission.grants(
                clock.getAsLong(),
                status.grants() ? "" : "No limits can be kept at the moment: the cluster has " + reason(status) + ".");
    }

    private static String reason(GroupStatus status) {
        return status.reason().isEmpty() ? "no leader" : status.reason();
    }

    /** Gives everything back; done when the group has answered, or after 2 s. */
    Future<Void> stop() {
        stopping = true;
        Promise<Void> gone = Promise.promise();
        last = gone;
        vertx.setTimer(LAST_MILLIS, id -> gone.tryComplete());
        if (!admission.book().isInFlight()) {
            leave();
        }
        return gone.future();
    }

    private void leave() {
        Renewal goodbye = admission.renew(clock.getAsLong(), true);
        bus.request(Address.QUOTA_RENEW, goodbye, Duration.ofMillis(LAST_MILLIS))
                .onComplete(done -> {
                    if (last != null) {
                        last.tryComplete();
                    }
                });
    }

    /** A number for a run of this node; never 0. */
    static long incarnation(RandomGenerator random) {
        long drawn = random.nextLong();
        return drawn == 0 ? 1 : drawn;
    }
}
