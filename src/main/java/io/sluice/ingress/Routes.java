package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The route table: exact paths, and prefixes that end in a slash. Deny by default: the key is checked before a path is
 * even looked up, except for routes that are declared public. Paths are compared as they came; {@link HeadGuard} has
 * refused every one that has a second spelling.
 */
final class Routes {
    /** Handles requests of one route. */
    interface EndpointHandler {
        /**
         * Answers the request, now or later.
         *
         * @param incoming authenticated, unless the route is public
         */
        void handle(Incoming incoming);
    }

    /**
     * One entry of the table.
     *
     * @param path exact path, or a prefix that ends in a slash
     * @param isPublic whether it needs no key
     * @param methods handlers by method
     */
    record Route(String path, boolean isPublic, Map<HttpMethod, EndpointHandler> methods) {}

    private final Map<String, Route> exact = new LinkedHashMap<>();
    private final TreeMap<String, Route> prefixes = new TreeMap<>();

    Routes add(HttpMethod method, String path, EndpointHandler handler) {
        return add(method, path, false, handler);
    }

    Routes addPublic(HttpMethod method, String path, EndpointHandler handler) {
        return add(method, path, true, handler);
    }

    private Routes add(HttpMethod method, String path, boolean isPublic, EndpointHandler handler) {
        Map<String, Route> table = path.endsWith("/") ? prefixes : exact;
        table.computeIfAbsent(path, p -> new Route(p, isPublic, new LinkedHashMap<>()))
                .methods
                .put(method, handler);
        return this;
    }

    /** Every entry, for tests and documentation. */
    List<Route> all() {
        return java.util.stream.Stream.concat(exact.values().stream(), prefixes.values().stream())
                .toList();
    }

    /**
     * Authenticates, finds the route and hands the request over; throws what is refused.
     *
     * @param incoming a request whose head passed the guard
     * @param authenticator knows keys
     * @param now wall clock
     * @throws GatewayException the refusal
     */
    void dispatch(Incoming incoming, Authenticator authenticator, Instant now) {
        String path = incoming.request().path();
        Route route = find(path);
        if (route == null || !route.isPublic) {
            List<String> otherKeys = GeminiPath.isGoogles(incoming.request(), path)
                    ? GeminiPath.values(incoming.request(), "key")
                    : path.equals(RealtimeEndpoint.PATH) ? RealtimeHandshake.keys(incoming.request()) : List.of();
            incoming.authenticated(authenticator.authenticate(incoming, otherKeys, now));
        }
        if (route == null) {
            throw unknownPath();
        }
        EndpointHandler handler = route.methods.get(incoming.request().method());
        if (handler == null) {
            String allow = route.methods.keySet().stream().map(HttpMethod::name).collect(Collectors.joining(", "));
            incoming.response().putHeader("allow", allow);
            throw new GatewayException(new InvalidRequest(
                    Kind.METHOD_NOT_ALLOWED, "This path takes " + allow + ".", null, "method_not_allowed"));
        }
        handler.handle(incoming);
    }

    /** The refusal of a path that is not served. */
    static GatewayException unknownPath() {
        return new GatewayException(
                new InvalidRequest(Kind.UNKNOWN_PATH, "There is nothing at this path.", null, "unknown_url"));
    }

    private @Nullable Route find(String path) {
        Route route = exact.get(path);
        if (route != null) {
            return route;
        }
        Map.Entry<String, Route> prefix = prefixes.floorEntry(path);
        return prefix != null
                        && path.startsWith(prefix.getKey())
                        && path.length() > prefix.getKey().length()
                ? prefix.getValue()
                : null;
    }
}
