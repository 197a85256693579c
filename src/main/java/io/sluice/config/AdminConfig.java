package io.sluice.config;

import io.sluice.domain.Secret;
import org.jspecify.annotations.Nullable;

/**
 * The admin port.
 *
 * @param host address it listens on; default 127.0.0.1
 * @param port 0 to 65535, 0 for any free one; default 8081
 * @param token bearer token for {@code /admin/*}; required when the address is not loopback; null for none
 * @param tls its certificate; null for clear text
 */
public record AdminConfig(
        String host,
        int port,
        @Nullable Secret token,
        @Nullable TlsConfig tls) {}
