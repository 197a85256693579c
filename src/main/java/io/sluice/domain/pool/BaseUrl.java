package io.sluice.domain.pool;

/**
 * Where a channel's provider is.
 *
 * @param tls whether the scheme is https
 * @param host host name or address, without brackets
 * @param port 1 to 65535
 * @param path path prefix without a trailing slash; empty, or begins with a slash
 */
public record BaseUrl(boolean tls, String host, int port, String path) {
    /** The value of the {@code Host} header: the configured authority, default ports left out. */
    public String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority() + path;
    }
}
