package io.sluice.admin;

import io.sluice.config.AdminConfig;
import io.sluice.config.TlsConfig;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The options of the admin port: small bounds, no clear-text HTTP/2, TLS 1.2 and 1.3 when there is a certificate. */
final class AdminServer {
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");
    private static final List<HttpVersion> ALPN = List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1);
    private static final int IDLE_SECONDS = 60;
    private static final int HANDSHAKE_SECONDS = 10;

    /** Tokens of an OpenID provider name every group of a person. */
    private static final int HEADERS = 20 * 1024;

    private AdminServer() {}

    static HttpServerOptions options(AdminConfig config) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxHeaderSize(HEADERS)
                .setHttp2ClearTextEnabled(false)
                .setStrictThreadMode(true);
        options.getInitialSettings().setMaxHeaderListSize(HEADERS);
        TlsConfig tls = config.tls();
        if (tls != null && config.clientCa() != null) {
            options.setTrustOptions(authority(config.clientCa())).setClientAuth(ClientAuth.REQUEST);
        }
        return tls == null
                ? options
                : options.setSsl(true)
                        .setUseAlpn(true)
                        .setAlpnVersions(ALPN)
                        .setKeyCertOptions(certificate(tls))
                        .setEnabledSecureTransportProtocols(PROTOCOLS)
                        .setSslHandshakeTimeout(HANDSHAKE_SECONDS);
    }

    /** The certificate as it is on disk now, for a server that runs; its protocols stay. */
    static ServerSSLOptions tls(TlsConfig tls, @Nullable Path clientCa) {
        ServerSSLOptions options = new ServerSSLOptions().setKeyCertOptions(certificate(tls));
        return clientCa == null
                ? options
                : options.setTrustOptions(authority(clientCa)).setClientAuth(ClientAuth.REQUEST);
    }

    /** Asked for and not demanded: load balancers that look at health have no certificate. The API demands one. */
    private static PemTrustOptions authority(Path file) {
        return new PemTrustOptions().addCertPath(file.toString());
    }

    private static PemKeyCertOptions certificate(TlsConfig tls) {
        return new PemKeyCertOptions()
                .addCertPath(tls.cert().toString())
                .addKeyPath(tls.key().toString());
    }
}
