package io.sluice.cluster;

import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TCPSSLOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * TLS between nodes, the same for link and bus: each side shows a certificate, and takes only those that the configured
 * authority signed. A certificate is valid for client and server, and names in its SANs the host under which {@code members}
 * reaches the node: a dialler checks it. The files are read when a node starts.
 */
public final class ClusterTls {
    /** How long a TLS handshake may take. */
    private static final int HANDSHAKE_SECONDS = 2;

    private ClusterTls() {}

    /**
     * Secures a listening or dialling side. What only one of them has, client authentication and the check of the host
     * name, is its caller's.
     *
     * @param options what to secure
     * @param tls the PEM files
     */
    public static void secure(TCPSSLOptions options, ClusterTlsConfig tls) {
        options.setSsl(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(tls.cert().toString())
                        .setKeyPath(tls.key().toString()))
                .setTrustOptions(new PemTrustOptions().addCertPath(tls.ca().toString()));
    }
}
