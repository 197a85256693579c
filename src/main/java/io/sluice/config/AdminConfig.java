package io.sluice.config;

import io.sluice.domain.Secret;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The admin port.
 *
 * @param host address it listens on; default 127.0.0.1
 * @param port 0 to 65535, 0 for any free one; default 8081
 * @param token the node's own, which may do everything; required when the address is not loopback; null when the node makes one
 * @param tls its certificate; null for clear text
 * @param clientCa PEM file with the authority of clients' certificates, which the API then wants; null when it wants none
 * @param session how long browsers stay signed in
 * @param oidc the provider whose tokens the API takes too; null for none
 */
public record AdminConfig(
        String host,
        int port,
        @Nullable Secret token,
        @Nullable TlsConfig tls,
        @Nullable Path clientCa,
        SessionConfig session,
        @Nullable OidcConfig oidc) {}
