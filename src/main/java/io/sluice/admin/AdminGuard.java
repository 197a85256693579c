package io.sluice.admin;

import io.sluice.config.AdminConfig;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every route of the admin port: well-formed target and host, and security headers.
 *
 * <p>Health and metrics need no token, so without one in {@code node.yaml} only someone on the machine may ask. A web page
 * that such a person looks at is not: its name may be made to resolve to loopback, so the {@code Host} must be a name of
 * loopback itself.
 */
final class AdminGuard implements Handler<RoutingContext> {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final boolean open;
    private final String host;

    AdminGuard(AdminConfig config) {
        this.open = config.token() != null;
        this.host = config.host();
    }

    @Override
    public void handle(RoutingContext request) {
        request.response()
                .putHeader("cache-control", "no-store")
                .putHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
                .putHeader("referrer-policy", "no-referrer")
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("x-frame-options", "DENY");
        HostAndPort authority = authority(request.request());
        if (authority == null || !request.request().uri().startsWith("/")) {
            Answer.error(request, 400, "The request needs one Host header, host[:port], and a target that is a path.");
        } else if (!open
                && !LOOPBACK.contains(authority.host())
                && !authority.host().equals(host)) {
            Answer.error(request, 421, "Ask for localhost, or set admin.token.");
        } else {
            request.next();
        }
    }

    private static @Nullable HostAndPort authority(HttpServerRequest request) {
        return request.headers().getAll("host").size() > 1 ? null : request.authority();
    }
}
