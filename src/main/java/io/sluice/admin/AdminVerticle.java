package io.sluice.admin;

import io.sluice.config.NodeConfig;
import io.sluice.config.TlsConfig;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ReadinessChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin port: {@code /health/live}, {@code /health/ready}, {@code /metrics}, {@code /admin/config}. One a node; it
 * stands before the lanes and until after them, so that a start or a drain can be watched.
 */
public final class AdminVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(AdminVerticle.class);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(1);
    private static final int MAX_CONNECTIONS = 256;

    private final NodeConfig node;
    private final Supplier<String> scrape;
    private final ConfigView configView;
    private ReadinessChanged readiness = new ReadinessChanged(false, "starting");
    private List<MessageConsumer<?>> consumers = List.of();
    private int connections;
    private volatile int port;
    private @Nullable HttpServer server;

    /**
     * Not started yet.
     *
     * @param node the node's own settings
     * @param initial the revision it starts with
     * @param version of the program
     * @param scrape gives the meters in Prometheus' text format; called on a worker thread
     * @param clock when a revision became live
     */
    public AdminVerticle(
            NodeConfig node, GatewayRevision initial, String version, Supplier<String> scrape, InstantSource clock) {
        this.node = node;
        this.scrape = scrape;
        this.configView = new ConfigView(node, initial, version, clock);
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        consumers = List.of(
                bus.consume(Address.READINESS_CHANGED, change -> readiness = change),
                bus.consume(Address.REVISION_CHANGED, change -> configView.live(change.revision())),
                bus.consume(Address.RELOAD_FAILED, failed -> configView.failed(failed.errors())),
                bus.consume(Address.CERTIFICATE_CHANGED, change -> reloadCertificate()));
        HttpServer created = vertx.createHttpServer(AdminServer.options(node.admin()))
                .requestHandler(router(Liveness.checks(vertx, node.lanes())))
                .connectionHandler(this::bound);
        server = created;
        return created.listen().onSuccess(up -> port = created.actualPort());
    }

    /** The port it listens on; 0 until it stands. On any thread. */
    public int port() {
        return port;
    }

    @Override
    public Future<?> stop() {
        consumers.forEach(MessageConsumer::unregister);
        return server == null ? Future.succeededFuture() : server.close();
    }

    private void reloadCertificate() {
        TlsConfig tls = node.admin().tls();
        if (tls != null && server != null) {
            server.updateSSLOptions(AdminServer.tls(tls), true)
                    .onFailure(cause -> LOG.error(
                            "certificate {} cannot be used, the old one stays: {}", tls.cert(), cause.getMessage()));
        }
    }

    private Router router(HealthChecks lanes) {
        Router router = Router.router(vertx);
        router.route().handler(new AdminGuard(node.admin()));
        router.get("/health/live").handler(request -> live(lanes, request));
        router.get("/health/ready").handler(this::ready);
        router.get("/metrics").handler(this::metrics);
        router.get("/admin/config").handler(request -> Answer.json(request, 200, configView.toJson()));
        router.errorHandler(404, request -> Answer.error(request, 404, "There is nothing at this path."));
        router.errorHandler(405, request -> {
            request.response().putHeader("allow", "GET");
            Answer.error(request, 405, "This path takes GET only.");
        });
        router.errorHandler(400, request -> Answer.error(request, 400, "The request is malformed."));
        router.errorHandler(500, request -> Answer.error(request, 500, "The node had an internal error."));
        return router;
    }

    private void live(HealthChecks lanes, RoutingContext request) {
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

    private void bound(HttpConnection connection) {
        connections++;
        connection.closeHandler(closed -> connections--);
        if (connections > MAX_CONNECTIONS) {
            connection.close();
        }
    }
}
