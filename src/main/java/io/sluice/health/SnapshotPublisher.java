package io.sluice.health;

import io.sluice.domain.health.PoolState;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.PoolHealth;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.function.LongSupplier;

/**
 * Publishes snapshots when something changed: the first at once, more within a few milliseconds as one. Used on one event
 * loop.
 */
final class SnapshotPublisher {
    private static final long PAUSE_MILLIS = 5;
    private static final long PAUSE_NANOS = PAUSE_MILLIS * 1_000_000;

    private final Vertx vertx;
    private final Context context;
    private final Bus bus;
    private final LongSupplier clock;
    private final PoolState state;
    private boolean due;
    private long lastNanos;

    SnapshotPublisher(Vertx vertx, Context context, Bus bus, LongSupplier clock, PoolState state) {
        this.vertx = vertx;
        this.context = context;
        this.bus = bus;
        this.clock = clock;
        this.state = state;
        this.lastNanos = clock.getAsLong() - PAUSE_NANOS;
    }

    /** Something changed. */
    void changed() {
        if (due) {
            return;
        }
        due = true;
        if (clock.getAsLong() - lastNanos >= PAUSE_NANOS) {
            context.runOnContext(turn -> publish());
        } else {
            vertx.setTimer(PAUSE_MILLIS, timer -> publish());
        }
    }

    /** Publishes at once. */
    void publish() {
        due = false;
        lastNanos = clock.getAsLong();
        bus.publish(Address.POOL_HEALTH, new PoolHealth(state.snapshot(lastNanos)));
    }
}
