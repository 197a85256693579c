package io.sluice.admin;

import io.sluice.admin.api.ApiRouter;
import io.sluice.config.AdminConfig;
import io.sluice.domain.Secret;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every route of the admin port: well-formed target and host, security headers, and the token.
 *
 * <p>Without a token only someone on the machine may ask. A web page that such a person looks at is not: its name may be
 * made to resolve to loopback, so the {@code Host} must be a name of loopback itself.
 */
final class AdminGuard implements Handler<RoutingContext> {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");
    private static final String BEARER = "Bearer ";

    private final @Nullable Secret token;
    private final String host;

    AdminGuard(AdminConfig config) {
        this.token = config.token();
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
        } else if (token == null
                && !LOOPBACK.contains(authority.host())
                && !authority.host().equals(host)) {
            Answer.error(request, 421, "Ask for localhost, or set admin.token.");
        } else if (token != null
                && request.normalizedPath().startsWith("/admin/")
                && !ApiRouter.isOfApi(request)
                && !matches(token, request.request())) {
            request.response().putHeader("www-authenticate", "Bearer");
            Answer.error(request, 401, "This path needs the token of admin.token: Authorization: Bearer …");
        } else {
            request.next();
        }
    }

    private static @Nullable HostAndPort authority(HttpServerRequest request) {
        return request.headers().getAll("host").size() > 1 ? null : request.authority();
    }

    private static boolean matches(Secret token, HttpServerRequest request) {
        String given = request.getHeader("authorization");
        return given != null
                && given.startsWith(BEARER)
                && MessageDigest.isEqual(
                        Secret.sha256(given.substring(BEARER.length())), Secret.sha256(token.reveal()));
    }
}
