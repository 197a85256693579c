package io.sluice.notify;

import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Notice;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Sees what operators should know and no other part of the node raises. One a node. */
public final class NoticeWatchVerticle extends VerticleBase {
    private final Identity node;
    private final GatewayRevision initial;
    private final Clocks clocks;
    private List<MessageConsumer<?>> consumers = List.of();

    /**
     * Not started yet.
     *
     * @param node which node this is
     * @param initial the revision it starts with
     * @param clocks what time it is
     */
    public NoticeWatchVerticle(Identity node, GatewayRevision initial, Clocks clocks) {
        this.node = node;
        this.initial = initial;
        this.clocks = clocks;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        Consumer<Notice> raise = notice -> bus.publish(Address.NOTICE_RAISED, notice);
        ConfigurationWatch configuration = new ConfigurationWatch(node.name(), initial.id(), clocks.wall(), raise);
        MembersWatch members = new MembersWatch(clocks.wall(), raise);
        MajorityWatch majority = new MajorityWatch(node.name(), clocks, raise);
        consumers = List.of(
                bus.consume(Address.RELOAD_FAILED, configuration::failed),
                bus.consume(Address.REVISION_CHANGED, configuration::changed),
                bus.consume(Address.CLUSTER_VIEW, members::seen),
                bus.consume(Address.GROUP_STATUS, majority::status));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        return Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
    }
}
