package io.sluice.simulator;

import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** Finds what serves a path: the path decides about the dialect. */
final class Services {
    private static final Service CHAT = new OpenAiService(new Route(Route.Dialect.OPENAI, Route.Endpoint.CHAT, ""));
    private static final Wording OPENAI = CHAT.wording();

    private Services() {}

    /** Finds the service of a path as it stands in the request line; null when there is none. */
    static @Nullable Service of(String path, HttpMethod method) {
        if (path.equals("/v1/chat/completions")) {
            return CHAT;
        }
        Route route = Route.of(path);
        return route == null ? null : new OpenAiService(route);
    }

    /** The errors of the provider that a path without a service would belong to. */
    static Wording wording(String path) {
        return OPENAI;
    }
}
