package io.sluice.domain.pool;

import io.sluice.domain.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the gateway and a provider.
 *
 * @param kind how it is asked
 * @param host host name or address, without brackets
 * @param port 1 to 65535
 * @param user who asks; null where the proxy wants no credential
 * @param password the user's; null exactly where the user is
 */
public record Proxy(
        Kind kind,
        String host,
        int port,
        @Nullable Secret user,
        @Nullable Secret password) {
    /** How a proxy is asked. */
    public enum Kind {
        /** {@code CONNECT} for TLS, the whole URL in the request line for plain text. */
        HTTP,
        /** SOCKS version 5; names are resolved by the proxy. */
        SOCKS5
    }

    /** The URL, its credential masked. */
    @Override
    public String toString() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return (kind == Kind.HTTP ? "http://" : "socks5://") + (user == null ? "" : "***@") + name + ":" + port;
    }
}
