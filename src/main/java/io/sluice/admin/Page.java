package io.sluice.admin;

import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is asked for.
 *
 * @param after id behind which it begins; empty for the beginning
 * @param limit most entries, 1 to 1000
 */
record Page(String after, int limit) {
    private static final int USUAL = 100;
    private static final int MOST = 1_000;

    /** The page that a request asks for; null when it was refused. */
    static @Nullable Page of(RoutingContext request) {
        String after = request.queryParams().get("after");
        String limit = request.queryParams().get("limit");
        int most = limit == null ? USUAL : limit.matches("[0-9]{1,4}") ? Integer.parseInt(limit) : 0;
        if (most < 1 || most > MOST) {
            Answer.error(request, 400, "limit is a number from 1 to " + MOST + ".");
            return null;
        }
        return new Page(after == null ? "" : after, most);
    }
}
