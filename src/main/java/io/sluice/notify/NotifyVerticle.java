package io.sluice.notify;

import io.sluice.domain.notice.NoticeOffice;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Pace;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ClusterView;
import io.sluice.message.Notice;
import io.sluice.metrics.NoticeMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Tells operators what was raised on this node and on others: what, when and by which node is decided by {@link
 * NoticeOffice}, and brought to sinks by couriers. One a node. Nothing waits for it.
 */
public final class NotifyVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(1);
    private static final long TICK_MILLIS = 200;

    private final Identity node;
    private final GatewayRevision initial;
    private final Pace pace;
    private final Clocks clocks;
    private final NoticeMetrics metrics;
    private final DoubleSupplier dice;
    private List<MessageConsumer<?>> consumers = List.of();

    /**
     * Not started yet.
     *
     * @param node which node this is
     * @param initial the revision it starts with
     * @param pace how long nodes wait for one another
     * @param clocks what time it is
     * @param metrics how sinks do
     * @param dice at random from 0 to 1, for pauses between attempts
     */
    public NotifyVerticle(
            Identity node,
            GatewayRevision initial,
            Pace pace,
            Clocks clocks,
            NoticeMetrics metrics,
            DoubleSupplier dice) {
        this.node = node;
        this.initial = initial;
        this.pace = pace;
        this.clocks = clocks;
        this.metrics = metrics;
        this.dice = dice;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        Couriers couriers = new Couriers(vertx, node.name(), clocks.wall(), metrics, dice);
        NoticeOffice office = new NoticeOffice(node.name(), node.run(), pace, new Outward(bus, couriers));
        couriers.endings((sink, id, ending) -> {
            switch (ending) {
                case DELIVERED -> office.delivered(sink, id, clocks.nanos().getAsLong());
                case FAILED -> office.failed(sink, id, clocks.nanos().getAsLong());
                case RETURNED -> office.returned(sink, id);
            }
        });
        take(initial, office, couriers);
        consumers = List.of(
                bus.consume(
                        Address.NOTICE_RAISED,
                        notice ->
                                office.raised(occurrence(notice), clocks.nanos().getAsLong())),
                bus.hear(
                        Address.NOTICE_SHARED,
                        shared -> office.heard(shared, clocks.nanos().getAsLong())),
                bus.hear(
                        Address.NOTICE_WORD,
                        word -> office.heard(word, clocks.nanos().getAsLong())),
                bus.consume(Address.CLUSTER_VIEW, view -> office.members(runs(view))),
                bus.consume(Address.REVISION_CHANGED, change -> take(change.revision(), office, couriers)),
                bus.serve(Address.NOTICE_TEST, couriers::test));
        vertx.setPeriodic(
                TICK_MILLIS,
                tick -> office.tick(clocks.nanos().getAsLong(), clocks.wall().millis()));
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    @Override
    public Future<?> stop() {
        return Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
    }

    private static void take(GatewayRevision revision, NoticeOffice office, Couriers couriers) {
        couriers.take(revision.notices().sinks());
        office.rules(revision.notices());
    }

    private static Occurrence occurrence(Notice notice) {
        return new Occurrence(
                notice.event(),
                notice.subject(),
                notice.over(),
                notice.level(),
                notice.text(),
                notice.details().stream()
                        .map(detail -> new Occurrence.Fact(detail.name(), detail.value()))
                        .toList(),
                notice.atMillis());
    }

    private static List<String> runs(ClusterView view) {
        return view.members().stream()
                .map(member -> member.name() + "/" + member.incarnation())
                .toList();
    }
}
