package io.sluice.ingress;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.config.HttpBounds;
import io.sluice.config.HttpConfig;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.quota.OutputEstimates;
import io.sluice.message.Bus;
import io.sluice.message.OpenRequests;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The traffic port's route table as the verticle builds it. */
final class RouteTable {
    private RouteTable() {}

    /** Its entries. */
    static List<Routes.Route> entries() {
        Vertx vertx = Vertx.vertx();
        try {
            ExchangeServices services = services(vertx);
            HttpConfig config = new HttpConfig("127.0.0.1", 0, null, List.of(), HttpBounds.DEFAULT);
            Connections connections = new Connections(config, services.limits(), services.metrics(), services.clock());
            RealtimeEndpoint realtime = new RealtimeEndpoint(
                    services,
                    connections,
                    config.realtime(),
                    new Authenticator(
                            new StoredKeys(),
                            null,
                            services.metrics().keys(),
                            new SideDoor(System::nanoTime, () -> new byte[32])),
                    Clock.systemUTC());
            return TrafficRoutes.of(services, new HealthHandler(), realtime).all();
        } finally {
            vertx.close();
        }
    }

    /** What the exchanges of a lane share that is alone. */
    static ExchangeServices services(Vertx vertx) {
        return new ExchangeServices(
                vertx,
                0,
                new Tickets(0),
                new Bus(vertx, Duration.ofSeconds(1)),
                System::nanoTime,
                new SplittableRandom(1),
                new LanePool(System::nanoTime),
                new OutputEstimates(),
                new GatewayMetrics(new SimpleMeterRegistry()),
                HttpBounds.DEFAULT,
                new EdgeLimits(HttpBounds.DEFAULT),
                Set.of(),
                Set.of(),
                OpenRequests.NONE,
                null,
                null);
    }

    /** Its paths. */
    static List<String> paths() {
        return entries().stream().map(Routes.Route::path).toList();
    }
}
