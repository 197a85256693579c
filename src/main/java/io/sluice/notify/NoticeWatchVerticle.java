package io.sluice.notify;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Notice;
import io.sluice.message.QuotaCounters;
import io.sluice.notify.ExpiryWatch.Life;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees what operators should know and no other part of the node raises. One a node. */
public final class NoticeWatchVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeWatchVerticle.class);
    private static final long POOL_MILLIS = Duration.ofSeconds(15).toMillis();
    private static final long EXPIRY_MILLIS = Duration.ofHours(1).toMillis();
    private static final long KEYS_MILLIS = Duration.ofMinutes(1).toMillis();

    private final Identity node;
    private final List<Path> certificates;
    private final Clocks clocks;
    private final Map<String, Life> certificateEnds = new LinkedHashMap<>();
    private List<MessageConsumer<?>> consumers = List.of();
    private final StoredKeys stored;
    private GatewayRevision revision;
    private PoolSnapshot health = PoolSnapshot.UNKNOWN;
    private @Nullable QuotaCounters counted;

    /**
     * Not started yet.
     *
     * @param node which node this is
     * @param initial the revision it starts with
     * @param stored virtual keys of the store
     * @param certificates PEM files of every server and of the cluster; empty for none
     * @param clocks what time it is
     */
    public NoticeWatchVerticle(
            Identity node, GatewayRevision initial, StoredKeys stored, List<Path> certificates, Clocks clocks) {
        this.stored = stored;
        this.node = node;
        this.revision = initial;
        this.certificates = List.copyOf(certificates);
        this.clocks = clocks;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        Consumer<Notice> raise = notice -> bus.publish(Address.NOTICE_RAISED, notice);
        ConfigurationWatch configuration = new ConfigurationWatch(node.name(), revision.id(), clocks.wall(), raise);
        MembersWatch members = new MembersWatch(clocks.wall(), raise);
        MajorityWatch majority = new MajorityWatch(node.name(), clocks, raise);
        PoolWatch pool = new PoolWatch(clocks, raise);
        ExpiryWatch keys = expiry(NoticeEvent.KEY_EXPIRING, "The key", 7, 1, raise);
        ExpiryWatch files = expiry(NoticeEvent.CERTIFICATE_EXPIRING, "The certificate", 14, 3, raise);
        consumers = List.of(
                bus.consume(Address.RELOAD_FAILED, configuration::failed),
                bus.consume(Address.REVISION_CHANGED, change -> {
                    revision = change.revision();
                    configuration.changed(change);
                    keys.look(ends(revision));
                }),
                bus.consume(Address.CLUSTER_VIEW, members::seen),
                bus.consume(Address.GROUP_STATUS, majority::status),
                bus.consume(Address.CERTIFICATE_CHANGED, change -> certificates(files)),
                bus.consume(Address.POOL_HEALTH, latest -> health = latest.snapshot()),
                bus.consume(Address.QUOTA_COUNTERS, latest -> counted = latest));
        keys.look(ends(revision));
        certificates(files);
        vertx.setPeriodic(EXPIRY_MILLIS, hour -> certificates(files));
        // Stored ones are changed without telling.
        vertx.setPeriodic(KEYS_MILLIS, tick -> keys.look(ends(revision)));
        vertx.setPeriodic(POOL_MILLIS, tick -> pool(pool));
        return Future.succeededFuture();
    }

    private ExpiryWatch expiry(NoticeEvent event, String what, int soon, int sooner, Consumer<Notice> raise) {
        return new ExpiryWatch(event, what, Duration.ofDays(soon), Duration.ofDays(sooner), clocks.wall(), raise);
    }

    private void certificates(ExpiryWatch watch) {
        if (!certificates.isEmpty()) {
            vertx.executeBlocking(() -> CertificateEnds.of(certificates), false)
                    .onSuccess(ends -> {
                        // One that cannot be read just now is as it was.
                        certificateEnds.putAll(ends);
                        watch.look(certificateEnds);
                    })
                    .onFailure(cause -> LOG.warn("certificates cannot be looked at: {}", cause.toString()));
        }
    }

    /** A worker adds up: thousands of accounts and hundreds of models take milliseconds, and the loop may carry traffic. */
    private void pool(PoolWatch watch) {
        QuotaCounters latest = counted;
        counted = null;
        if (latest == null) {
            watch.elsewhere();
            return;
        }
        GatewayRevision of = revision;
        PoolSnapshot standing = health;
        long now = clocks.nanos().getAsLong();
        vertx.executeBlocking(() -> PoolUse.of(of, standing, latest.scopes(), now), false)
                .onSuccess(watch::seen)
                .onFailure(cause -> LOG.warn("the pool cannot be looked at: {}", cause.toString()));
    }

    private Map<String, Life> ends(GatewayRevision of) {
        Map<String, Life> ends = new LinkedHashMap<>();
        for (Collection<VirtualKey> keys : List.of(stored.all(), of.keys().all())) {
            for (VirtualKey key : keys) {
                Instant expires = key.rights().expires();
                if (expires != null && !key.rights().disabled()) {
                    ends.put(key.name(), new Life(null, expires));
                }
            }
        }
        return ends;
    }

    @Override
    public Future<?> stop() {
        return Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
    }
}
