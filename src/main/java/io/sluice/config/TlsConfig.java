package io.sluice.config;

import java.nio.file.Path;

/**
 * A server certificate; read again when one of the files changes. TLS 1.2 and 1.3, HTTP/2 by ALPN, no SNI.
 *
 * @param cert PEM file with the certificate and its chain
 * @param key PEM file with the private key
 */
public record TlsConfig(Path cert, Path key) {}
