package io.sluice.keys;

import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Scope;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.KeysChanged;
import io.sluice.message.StoreChanged;
import io.sluice.metrics.KeyMetrics;
import io.sluice.store.Database;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the stored keys of a node: reads them at its start, from the database or else from the disk, and follows their changes,
 * which are announced, and looked for every two seconds besides. One a node, started before any ingress listens.
 */
public final class KeysVerticle extends VerticleBase {
    /** Of virtual keys, in announcements and in the audit log. */
    public static final String KIND = "key";

    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 2_000;
    private static final int POLLS_PER_USE = 30;

    private final Database database;
    private final KeyMetrics metrics;
    private final KeyFollower follower;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable Bus bus;
    private List<Scope> lately = List.of();
    private int polls;

    /**
     * Knows no key yet.
     *
     * @param database where they are
     * @param keys where they are put; nobody else may change it
     * @param initial the revision to begin with
     * @param data the node's data directory
     * @param maxAge for how long they are good while the database is away
     * @param clock wall clock
     * @param metrics how they stand
     */
    public KeysVerticle(
            Database database,
            StoredKeys keys,
            GatewayRevision initial,
            Path data,
            Duration maxAge,
            InstantSource clock,
            KeyMetrics metrics) {
        this.database = database;
        this.metrics = metrics;
        this.follower = new KeyFollower(
                database, new KeyBook(keys, initial), keys, new KeySnapshot(data), new KeyAge(maxAge, clock));
    }

    @Override
    public Future<?> start() {
        Bus node = new Bus(vertx, REPLY_TIMEOUT);
        bus = node;
        consumers.add(node.consume(Address.REVISION_CHANGED, change -> publish(follower.revision(change.revision()))));
        consumers.add(node.hear(Address.STORE_CHANGED, this::heard));
        database.whenChanged(up -> context.runOnContext(now -> {
            if (up) {
                read();
            } else {
                follower.away();
            }
        }));
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList())
                .compose(listening -> follower.begin(vertx))
                .map(begun -> {
                    show();
                    vertx.setPeriodic(POLL_MILLIS, timer -> poll());
                    return begun;
                });
    }

    private void heard(StoreChanged change) {
        if (change.kind().equals(KIND)) {
            read();
        }
    }

    private void read() {
        publish(follower.read());
    }

    private void poll() {
        // A request that began with a key as it was may have brought its old limits back.
        List<Scope> again = lately;
        lately = List.of();
        if (!again.isEmpty() && bus != null) {
            bus.publish(Address.KEYS_CHANGED, new KeysChanged(again));
        }
        read();
        if (++polls % POLLS_PER_USE == 0) {
            follower.writeUses();
        }
        follower.keep();
        show();
    }

    private void publish(Future<KeyFollower.Moved> moved) {
        moved.onSuccess(now -> {
            if (now.anything() && bus != null) {
                lately = now.limits();
                bus.publish(Address.KEYS_CHANGED, new KeysChanged(now.limits()));
            }
            show();
        });
    }

    private void show() {
        metrics.stored(follower.inForce(), follower.outOfForce());
        metrics.age(follower.ageSeconds());
    }

    @Override
    public Future<?> stop() {
        return Future.join(consumers.stream().map(MessageConsumer::unregister).toList())
                .transform(gone -> follower.end());
    }
}
