package io.sluice.config;

import io.sluice.domain.key.Cidr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The traffic port.
 *
 * @param host address it listens on; default 0.0.0.0
 * @param port 0 to 65535, 0 for any free one; default 8080
 * @param tls its certificate; null for clear text
 * @param trustedProxies peers whose {@code X-Forwarded-For} is believed; default none
 * @param bounds what one client may cost
 * @param realtime bounds of realtime sessions
 */
public record HttpConfig(
        String host,
        int port,
        @Nullable TlsConfig tls,
        List<Cidr> trustedProxies,
        HttpBounds bounds,
        RealtimeConfig realtime) {
    /** Copies the list. */
    public HttpConfig {
        trustedProxies = List.copyOf(trustedProxies);
    }

    /** With the default bounds of realtime sessions. */
    public HttpConfig(String host, int port, @Nullable TlsConfig tls, List<Cidr> trustedProxies, HttpBounds bounds) {
        this(host, port, tls, trustedProxies, bounds, RealtimeConfig.DEFAULT);
    }
}
