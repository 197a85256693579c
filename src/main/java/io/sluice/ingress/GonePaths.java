package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.vertx.core.http.HttpMethod;
import java.util.List;

/** Paths that OpenAI once served and does not any more: clients that are as old are told what to use instead. */
final class GonePaths {
    private static final List<HttpMethod> METHODS = List.of(HttpMethod.GET, HttpMethod.POST);

    private GonePaths() {}

    /** Adds them to the table. */
    static void addTo(Routes routes) {
        add(routes, "/v1/engines", "GET /v1/models");
        add(routes, "/v1/engines/", "/v1/completions or /v1/embeddings, with the model in the body");
        add(routes, "/v1/edits", "/v1/chat/completions");
        add(routes, "/v1/answers", "/v1/chat/completions");
        add(routes, "/v1/classifications", "/v1/chat/completions");
        add(routes, "/v1/search", "/v1/embeddings");
    }

    private static void add(Routes routes, String path, String instead) {
        for (HttpMethod method : METHODS) {
            routes.add(method, path, incoming -> {
                throw new GatewayException(new InvalidRequest(
                        Kind.GONE,
                        "OpenAI has taken this endpoint out of its API; use " + instead + ".",
                        null,
                        "endpoint_gone"));
            });
        }
    }
}
