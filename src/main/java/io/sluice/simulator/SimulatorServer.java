package io.sluice.simulator;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The simulated provider on one event loop; several share a port. */
final class SimulatorServer extends VerticleBase {
    private final SimulatorOptions options;
    private final Simulation simulation;
    private final Consumer<Duration> refuse;
    private @Nullable HttpServer server;

    /**
     * Not yet listening.
     *
     * @param options where to listen
     * @param simulation shared state
     * @param refuse closes the port of all event loops for a while
     */
    SimulatorServer(SimulatorOptions options, Simulation simulation, Consumer<Duration> refuse) {
        this.options = options;
        this.simulation = simulation;
        this.refuse = refuse;
    }

    @Override
    public Future<?> stop() {
        return closeHere();
    }

    /**
     * Listens; to be called once deployed, from any thread.
     *
     * @param port 1 to 65535, or negative for a free one that all who ask with this number share
     * @return the port
     */
    Future<Integer> listen(int port) {
        Promise<Integer> listening = Promise.promise();
        context.runOnContext(ignored -> listenHere(port).onComplete(listening));
        return listening.future();
    }

    /** Stops listening and closes all connections; from any thread. */
    Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        context.runOnContext(ignored -> closeHere().onComplete(closed));
        return closed.future();
    }

    private Future<Integer> listenHere(int port) {
        Pacer pacer = new Pacer(vertx, simulation.clock());
        ProviderHandler provider = new ProviderHandler(simulation, pacer);
        ControlHandler control = new ControlHandler(simulation, refuse);
        RealtimeHandler realtime = new RealtimeHandler(simulation);
        HttpServer created = vertx.createHttpServer(serverOptions());
        server = created;
        return created.connectionHandler(connection -> {
                    simulation.stats().connectionOpened();
                    connection.closeHandler(closed -> simulation.stats().connectionClosed());
                })
                .webSocketHandshakeHandler(realtime::shake)
                .webSocketHandler(realtime::serve)
                .requestHandler(request -> {
                    if (ControlHandler.handles(request.path())) {
                        control.handle(request);
                    } else {
                        provider.handle(request);
                    }
                })
                .listen(port, options.host())
                .map(HttpServer::actualPort);
    }

    private Future<Void> closeHere() {
        HttpServer open = server;
        server = null;
        return open == null ? Future.succeededFuture() : open.close();
    }

    private HttpServerOptions serverOptions() {
        HttpServerOptions http = new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setMaxHeaderSize(64 * 1024)
                .setMaxFormAttributeSize(64 * 1024)
                .setMaxWebSocketFrameSize(1024 * 1024)
                .setMaxWebSocketMessageSize(16 * 1024 * 1024)
                .addWebSocketSubProtocol("realtime")
                .setAcceptBacklog(4_096)
                .setHandle100ContinueAutomatically(true);
        if (options.resetOnClose()) {
            http.setSoLinger(0);
        }
        SimulatorOptions.Tls tls = options.tls();
        if (tls != null) {
            http.setSsl(true)
                    .setUseAlpn(true)
                    .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .addCertPath(tls.cert().toString())
                            .addKeyPath(tls.key().toString()));
        }
        return http;
    }
}
