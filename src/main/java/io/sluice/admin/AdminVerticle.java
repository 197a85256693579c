package io.sluice.admin;

import io.sluice.config.NodeConfig;
import io.sluice.config.TlsConfig;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin port: {@code /health/live}, {@code /health/ready}, {@code /metrics}, and the API below {@code /admin/v1}. One a
 * node; it stands before the lanes and until after them, so that a start or a drain can be watched.
 */
public final class AdminVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(AdminVerticle.class);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(1);
    private static final int MAX_CONNECTIONS = 256;

    private final AdminSetup setup;
    private final NodeConfig node;
    private final ConfigView configView;
    private final MembersView members;
    private final RefusalsView refusals = new RefusalsView();
    private List<MessageConsumer<?>> consumers = List.of();
    private int connections;
    private volatile int port;
    private @Nullable HttpServer server;
    private @Nullable AdminAccess access;

    /**
     * Not started yet.
     *
     * @param setup what it is made with
     */
    public AdminVerticle(AdminSetup setup) {
        this.setup = setup;
        this.node = setup.node();
        this.configView = new ConfigView(node, setup.initial(), setup.version(), setup.wallClock());
        this.members = new MembersView(node.name(), setup.version(), configView::revision);
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        QuotaView quota = new QuotaView(bus);
        LedgerView ledger = new LedgerView();
        PoolView pool = new PoolView(bus, node.lanes(), configView::live);
        AdminRoutes routes = new AdminRoutes(vertx, Liveness.checks(vertx, node.lanes()), setup.scrape());
        AdminAccess api =
                new AdminAccess(vertx, bus, setup, new NodeViews(configView, pool, quota, members, ledger, refusals));
        access = api;
        consumers = new ArrayList<>(api.open());
        consumers.addAll(List.of(
                bus.consume(Address.READINESS_CHANGED, routes::readiness),
                bus.consume(Address.GROUP_STATUS, quota::group),
                bus.consume(Address.QUOTA_COUNTERS, quota::counted),
                bus.consume(Address.LEDGER_STATE, ledger::told),
                bus.consume(Address.CLUSTER_VIEW, members::seen),
                bus.consume(Address.REQUEST_REFUSED, refusals::refused),
                bus.consume(Address.REVISION_CHANGED, change -> configView.live(change.revision())),
                bus.consume(Address.RELOAD_FAILED, configView::failed),
                bus.consume(Address.CERTIFICATE_CHANGED, change -> reloadCertificate())));
        HttpServer created = vertx.createHttpServer(AdminServer.options(node.admin()))
                .requestHandler(routes.router(node.admin(), api::mount))
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
        Future<Void> idle = access == null ? Future.succeededFuture() : access.close();
        return idle.compose(done -> server == null ? Future.succeededFuture() : server.close());
    }

    private void reloadCertificate() {
        TlsConfig tls = node.admin().tls();
        if (tls != null && server != null) {
            server.updateSSLOptions(AdminServer.tls(tls, node.admin().clientCa()), true)
                    .onFailure(cause -> LOG.error(
                            "certificate {} cannot be used, the old one stays: {}", tls.cert(), cause.getMessage()));
        }
    }

    private void bound(HttpConnection connection) {
        connections++;
        connection.closeHandler(closed -> connections--);
        if (connections > MAX_CONNECTIONS) {
            connection.close();
        }
    }
}
