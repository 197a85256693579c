package io.sluice.admin;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/**
 * Stands before what changes or sends something. No web page may do it for somebody who looks at one: browsers name the
 * page's origin in every such request, and ask before they send JSON to another server. So a request with an {@code Origin},
 * or of another content type, is refused.
 */
final class NoPage implements Handler<RoutingContext> {
    @Override
    public void handle(RoutingContext request) {
        String type = request.request().getHeader("content-type");
        if (request.request().headers().contains("origin")) {
            Answer.error(request, 403, "This path is not for web pages.");
        } else if (type == null || !type.toLowerCase(Locale.ROOT).matches("application/json *(;.*)?")) {
            Answer.error(request, 415, "This path needs Content-Type: application/json, also without a body.");
        } else {
            request.next();
        }
    }
}
