package io.sluice.ingress;

import io.sluice.config.HttpBounds;
import io.sluice.config.HttpConfig;
import io.sluice.config.TlsConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening side of one lane; all lanes share the port. What Vert.x leaves open at its defaults is closed here. Used
 * on the lane's event loop.
 */
final class TrafficServer {
    private static final Logger LOG = LoggerFactory.getLogger(TrafficServer.class);

    private static final int TLS_HANDSHAKE_SECONDS = 10;
    private static final int CLOSING_SECONDS = 1;
    private static final int ACCEPT_BACKLOG = 4096;

    private final Vertx vertx;
    private final HttpConfig config;
    private @Nullable HttpServer server;

    TrafficServer(Vertx vertx, HttpConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /**
     * Begins to listen.
     *
     * @return the port
     */
    Future<Integer> listen(RequestEdge edge, Connections connections) {
        HttpServer created = vertx.createHttpServer(options(config))
                .requestHandler(edge::accept)
                .invalidRequestHandler(edge::invalid)
                .connectionHandler(connections::opened)
                .exceptionHandler(cause -> {});
        server = created;
        return created.listen().map(HttpServer::actualPort);
    }

    /** Reads the certificate again; connections that are open keep theirs. */
    void reloadCertificate() {
        TlsConfig tls = config.tls();
        if (server != null && tls != null) {
            server.updateSSLOptions(new ServerSSLOptions().setKeyCertOptions(certificate(tls)), true)
                    .onFailure(cause -> LOG.error(
                            "the certificate {} was not taken, the old one stays: {}", tls.cert(), cause.toString()));
        }
    }

    /**
     * Stops to accept, closes idle connections now and busy ones after their answer.
     *
     * @param atMost when what is left is closed anyway
     */
    Future<Void> shutdown(Duration atMost) {
        HttpServer listening = server;
        server = null;
        return listening == null
                ? Future.succeededFuture()
                : listening.shutdown(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    static HttpServerOptions options(HttpConfig config) {
        HttpBounds bounds = config.bounds();
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setTcpNoDelay(true)
                .setReuseAddress(true)
                // The kernel's own bound for a peer that takes nothing; native transport only.
                .setTcpUserTimeout(Math.toIntExact(bounds.writeStall().toMillis()))
                .setAcceptBacklog(ACCEPT_BACKLOG)
                .setMaxInitialLineLength(bounds.requestLine())
                .setMaxHeaderSize(bounds.headers())
                .setHandle100ContinueAutomatically(false)
                .setHttp2ClearTextEnabled(false)
                .setDecompressionSupported(false)
                .setCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setWebSocketSubProtocols(List.of(RealtimeHandshake.PROTOCOL))
                .setMaxWebSocketFrameSize(config.realtime().frame())
                .setMaxWebSocketMessageSize(config.realtime().message())
                .setWebSocketClosingTimeout(CLOSING_SECONDS)
                .setStrictThreadMode(true)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(bounds.streams())
                        .setMaxHeaderListSize(bounds.headers()));
        TlsConfig tls = config.tls();
        return tls == null ? options : secured(options, tls);
    }

    private static HttpServerOptions secured(HttpServerOptions options, TlsConfig tls) {
        return options.setSsl(true)
                .setSni(false)
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                .setSslHandshakeTimeout(TLS_HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
                .setKeyCertOptions(certificate(tls));
    }

    private static PemKeyCertOptions certificate(TlsConfig tls) {
        return new PemKeyCertOptions()
                .setCertPath(tls.cert().toString())
                .setKeyPath(tls.key().toString());
    }
}
