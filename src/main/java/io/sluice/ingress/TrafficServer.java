package io.sluice.ingress;

import io.sluice.config.HttpBounds;
import io.sluice.config.HttpConfig;
import io.sluice.config.TlsConfig;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The options of the traffic port: what Vert.x leaves open at its defaults is closed here. */
final class TrafficServer {
    private static final int TLS_HANDSHAKE_SECONDS = 10;

    private TrafficServer() {}

    /** Options of one lane's server; all lanes share the port. */
    static HttpServerOptions options(HttpConfig config) {
        HttpBounds bounds = config.bounds();
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setTcpNoDelay(true)
                .setReuseAddress(true)
                .setAcceptBacklog(4096)
                .setMaxInitialLineLength(bounds.requestLine())
                .setMaxHeaderSize(bounds.headers())
                .setHandle100ContinueAutomatically(false)
                .setHttp2ClearTextEnabled(false)
                .setDecompressionSupported(false)
                .setCompressionSupported(false)
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

    /** The certificate as it is on disk now. */
    static PemKeyCertOptions certificate(TlsConfig tls) {
        return new PemKeyCertOptions()
                .setCertPath(tls.cert().toString())
                .setKeyPath(tls.key().toString());
    }
}
