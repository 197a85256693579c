package io.sluice.ingress;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.Endpoint;
import io.vertx.core.http.HttpMethod;
import java.time.Clock;
import java.util.List;

/** The route table of the traffic port. */
final class TrafficRoutes {
    private TrafficRoutes() {}

    /**
     * Every path that is served.
     *
     * @param services what the lane's exchanges share
     * @param health the lane's health words
     * @param realtime the lane's realtime sessions
     */
    static Routes of(ExchangeServices services, HealthHandler health, RealtimeEndpoint realtime) {
        ModelsHandler models = new ModelsHandler();
        Routes routes = new Routes()
                .addPublic(HttpMethod.GET, "/health/live", health::live)
                .addPublic(HttpMethod.GET, "/health/ready", health::ready);
        for (Endpoint endpoint : Endpoint.values()) {
            if (endpoint.dialect() != ChatDialect.GEMINI && endpoint.hasBody()) {
                Routes.EndpointHandler handler = endpoint.isForm()
                        ? new FormEndpoint(endpoint, services)
                        : new ModelEndpoint(endpoint, services);
                routes.add(HttpMethod.POST, "/v1" + endpoint.path(), handler);
            }
        }
        routes.add(HttpMethod.GET, RealtimeEndpoint.PATH, realtime::handle);
        for (String path : List.of(ModelsHandler.PATH, ModelsHandler.BETA_PATH)) {
            routes.add(HttpMethod.GET, path, models::list)
                    .add(HttpMethod.GET, path + "/", models::one)
                    .add(HttpMethod.POST, path + "/", new GeminiActions(path + "/", services)::handle);
        }
        new StoredResponses(services).addTo(routes);
        new SelfService(services, Clock.systemUTC()).addTo(routes);
        GonePaths.addTo(routes);
        return routes;
    }
}
