package io.sluice.admin;

import io.sluice.admin.ui.UiRoutes;
import io.sluice.config.AdminConfig;
import io.sluice.message.ReadinessChanged;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The paths of the admin port. Used on the admin verticle's context, the scrape apart. */
final class AdminRoutes {
    private final Vertx vertx;
    private final HealthChecks lanes;
    private final Supplier<String> scrape;
    private ReadinessChanged readiness = new ReadinessChanged(false, "starting");

    /**
     * A node that starts.
     *
     * @param vertx whose router and workers
     * @param lanes whether event loops turn
     * @param scrape gives the meters in Prometheus' text format; called on a worker thread
     */
    AdminRoutes(Vertx vertx, HealthChecks lanes, Supplier<String> scrape) {
        this.vertx = vertx;
        this.lanes = lanes;
        this.scrape = scrape;
    }

    /** Whether load balancers should send traffic. */
    void readiness(ReadinessChanged latest) {
        readiness = latest;
    }

    /**
     * The router of all paths.
     *
     * @param config whose guard stands before them
     * @param api adds the paths of the API
     */
    Router router(AdminConfig config, Consumer<Router> api) {
        Router router = Router.router(vertx);
        router.route().handler(new AdminGuard(config));
        router.get("/health/live").handler(this::live);
        router.get("/health/ready").handler(this::ready);
        router.get("/metrics").handler(this::metrics);
        new UiRoutes(vertx).mount(router);
        api.accept(router);
        // The API looks at every path, so that none is without a route of its method.
        router.route("/health/*").handler(AdminRoutes::otherMethod);
        router.route("/metrics").handler(AdminRoutes::otherMethod);
        router.errorHandler(404, request -> Answer.error(request, 404, "There is nothing at this path."));
        router.errorHandler(400, request -> Answer.error(request, 400, "The request is malformed."));
        router.errorHandler(413, request -> Answer.error(request, 413, "The body is too large."));
        router.errorHandler(500, request -> Answer.error(request, 500, "The node had an internal error."));
        return router;
    }

    private static void otherMethod(RoutingContext request) {
        if (request.request().method().equals(HttpMethod.GET)) {
            request.next();
        } else {
            request.response().putHeader("allow", "GET");
            Answer.error(request, 405, "This path takes GET only.");
        }
    }

    private void live(RoutingContext request) {
        Future<CheckResult> all = lanes.checkStatus();
        all.onComplete(result -> {
            if (CheckResult.isUp(all)) {
                Answer.json(request, 200, new JsonObject().put("status", "live"));
            } else {
                Answer.notWell(request, "not live", "an event loop does not turn");
            }
        });
    }

    private void ready(RoutingContext request) {
        if (readiness.ready()) {
            Answer.json(request, 200, new JsonObject().put("status", "ready"));
        } else {
            Answer.notWell(request, "not ready", readiness.reason());
        }
    }

    private void metrics(RoutingContext request) {
        // Thousands of series take milliseconds to print, and the event loop may carry traffic.
        vertx.executeBlocking(scrape::get)
                .onSuccess(text -> Answer.text(request, text))
                .onFailure(request::fail);
    }
}
