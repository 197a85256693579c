package io.sluice.admin;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Writes answers of the admin port. */
final class Answer {
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private Answer() {}

    static void json(RoutingContext request, int status, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(body.encodePrettily() + "\n");
    }

    static void notWell(RoutingContext request, String status, String reason) {
        json(request, 503, new JsonObject().put("status", status).put("reason", reason));
    }

    static void error(RoutingContext request, int status, String message) {
        if (!request.response().ended()) {
            json(request, status, new JsonObject().put("error", new JsonObject().put("message", message)));
        }
    }

    static void text(RoutingContext request, String body) {
        request.response().putHeader("content-type", PROMETHEUS).end(body);
    }
}
