package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.vertx.core.http.HttpMethod;
import java.util.List;

/** The route table of the traffic port. */
final class TrafficRoutes {
    private TrafficRoutes() {}

    /**
     * Every path that is served.
     *
     * @param services what the lane's exchanges share
     * @param health the lane's health words
     */
    static Routes of(ExchangeServices services, HealthHandler health) {
        ModelsHandler models = new ModelsHandler();
        Routes routes = new Routes()
                .addPublic(HttpMethod.GET, "/health/live", health::live)
                .addPublic(HttpMethod.GET, "/health/ready", health::ready)
                .add(HttpMethod.GET, ModelsHandler.PATH, models::list)
                .add(HttpMethod.GET, ModelsHandler.PATH + "/", models::one);
        for (Endpoint endpoint : List.of(Endpoint.CHAT_COMPLETIONS, Endpoint.COMPLETIONS, Endpoint.EMBEDDINGS)) {
            routes.add(HttpMethod.POST, "/v1" + endpoint.path(), new ModelEndpoint(endpoint, services));
        }
        return routes;
    }
}
