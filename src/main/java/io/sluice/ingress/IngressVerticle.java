package io.sluice.ingress;

import io.sluice.config.HttpConfig;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.OutputEstimates;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.DrainIngress;
import io.sluice.message.DrainIngress.Drained;
import io.sluice.message.OpenIngress;
import io.sluice.message.OpenIngress.Listening;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The HTTP edge of one lane. Deployed silent; listens at {@link OpenIngress}, finishes at {@link DrainIngress}. */
public final class IngressVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long SWEEP_MILLIS = 100;
    private static final Duration CLOSE_MARGIN = Duration.ofSeconds(2);

    private final int lane;
    private final HttpConfig config;
    private final GatewayRevision initial;
    private final EdgeShared shared;
    private final GatewayMetrics metrics;
    private final LongSupplier clock;
    private final Set<Timed> timed = new LinkedHashSet<>();
    private final Set<InFlight> open = new LinkedHashSet<>();
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable TrafficServer server;

    /**
     * The edge of one lane.
     *
     * @param lane number of the lane
     * @param config the traffic port
     * @param initial the revision to begin with
     * @param shared what all lanes share
     * @param metrics the node's meters
     * @param clock monotonic nanoseconds
     */
    public IngressVerticle(
            int lane,
            HttpConfig config,
            GatewayRevision initial,
            EdgeShared shared,
            GatewayMetrics metrics,
            LongSupplier clock) {
        this.lane = lane;
        this.config = config;
        this.initial = initial;
        this.shared = shared;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        LanePool pool = new LanePool(clock);
        ExchangeServices services = new ExchangeServices(
                vertx,
                lane,
                new Tickets(lane),
                bus,
                clock,
                new SplittableRandom(),
                pool,
                new OutputEstimates(),
                metrics,
                config.bounds(),
                shared.limits(),
                timed,
                open,
                shared.openRequests(),
                shared.tracing(),
                shared.ownIds());
        Authenticator authenticator =
                new Authenticator(shared.storedKeys(), shared.ownIds(), metrics.keys(), shared.door());
        Connections connections = new Connections(config, shared.limits(), metrics, clock);
        HealthHandler health = new HealthHandler();
        RealtimeEndpoint realtime =
                new RealtimeEndpoint(services, connections, config.realtime(), authenticator, Clock.systemUTC());
        RequestEdge edge = new RequestEdge(
                config,
                services,
                connections,
                TrafficRoutes.of(services, health, realtime),
                authenticator,
                initial,
                Clock.systemUTC());
        TrafficServer traffic = new TrafficServer(vertx, config);
        server = traffic;
        timed.add(connections);
        vertx.setPeriodic(SWEEP_MILLIS, t -> sweep());

        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> edge.revision(change.revision())));
        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> realtime.revision(change.revision())));
        consumers.add(bus.consume(Address.KEYS_CHANGED, change -> realtime.keysChanged()));
        consumers.add(bus.consume(Address.POOL_HEALTH, pool::changed));
        consumers.add(bus.consume(Address.LEDGER_STATE, state -> shared.limits().recording(state.takesRequests())));
        consumers.add(bus.consume(Address.READINESS_CHANGED, health::changed));
        consumers.add(bus.consume(Address.READINESS_CHANGED, edge::readiness));
        consumers.add(bus.consume(Address.CERTIFICATE_CHANGED, change -> traffic.reloadCertificate()));
        consumers.add(bus.serve(Address.heartbeat(lane), Future::succeededFuture));
        consumers.add(bus.serve(Address.ingressOpen(lane), message -> traffic.listen(edge, connections)
                .onSuccess(shared.door()::opened)
                .map(Listening::new)));
        consumers.add(bus.serve(Address.ingressDrain(lane), message -> drain(traffic, message.atMost())));
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    private void sweep() {
        long now = clock.getAsLong();
        for (Timed entry : List.copyOf(timed)) {
            entry.check(now);
        }
    }

    /** Lets connections go as they fall idle; cuts what is left when the time is over. */
    private Future<Drained> drain(TrafficServer server, Duration atMost) {
        int[] cut = {0};
        List.copyOf(open).forEach(InFlight::drain);
        long timer = vertx.setTimer(Math.max(1, atMost.toMillis()), t -> {
            cut[0] = open.size();
            List.copyOf(open).forEach(InFlight::cut);
        });
        return server.shutdown(atMost.plus(CLOSE_MARGIN)).transform(done -> {
            vertx.cancelTimer(timer);
            return Future.succeededFuture(new Drained(cut[0]));
        });
    }

    @Override
    public Future<?> stop() {
        List<Future<?>> steps = new ArrayList<>(
                consumers.stream().map(MessageConsumer::unregister).toList());
        if (server != null) {
            steps.add(server.shutdown(Duration.ZERO));
        }
        return Future.join(steps);
    }
}
