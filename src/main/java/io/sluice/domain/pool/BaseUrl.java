package io.sluice.domain.pool;

/**
 * Where a channel's provider is.
 *
 * @param tls whether the scheme is https
 * @param host host name or address, without brackets
 * @param port 1 to 65535
 * @param path path prefix without a trailing slash; empty, or begins with a slash
 * @param publicOnly whether the host may have public addresses only: that of a channel that is managed by API and was not
 *     allowed a private network
 */
public record BaseUrl(boolean tls, String host, int port, String path, boolean publicOnly) {
    /** Anywhere: that of a channel in the files. */
    public BaseUrl(boolean tls, String host, int port, String path) {
        this(tls, host, port, path, false);
    }

    /** The same, at public addresses only. */
    public BaseUrl inPublic() {
        return new BaseUrl(tls, host, port, path, true);
    }

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
