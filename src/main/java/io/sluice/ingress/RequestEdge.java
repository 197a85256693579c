package io.sluice.ingress;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.sluice.config.HttpConfig;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.ReadinessChanged;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes every request of a lane: gives it an id, guards its head, and dispatches it. Used on the lane's event loop. */
final class RequestEdge {
    private static final Logger LOG = LoggerFactory.getLogger(RequestEdge.class);

    private final HeadGuard guard;
    private final ClientAddress addresses;
    private final Connections connections;
    private final Routes routes;
    private final Authenticator authenticator;
    private final RequestIds ids;
    private final ExchangeServices services;
    private final Clock wallClock;
    private GatewayRevision revision;
    private boolean leaving;

    /**
     * The edge of a lane.
     *
     * @param config the traffic port
     * @param services what the lane's exchanges share
     * @param connections the lane's connections
     * @param routes the route table
     * @param authenticator knows keys
     * @param initial the revision to begin with
     * @param wallClock for records and expiry
     */
    RequestEdge(
            HttpConfig config,
            ExchangeServices services,
            Connections connections,
            Routes routes,
            Authenticator authenticator,
            GatewayRevision initial,
            Clock wallClock) {
        this.guard = new HeadGuard(config.bounds());
        this.addresses = new ClientAddress(config.trustedProxies());
        this.connections = connections;
        this.routes = routes;
        this.authenticator = authenticator;
        this.ids = new RequestIds(services.random().split());
        this.services = services;
        this.wallClock = wallClock;
        this.revision = initial;
    }

    /** New requests begin with this revision. */
    void revision(GatewayRevision next) {
        revision = next;
    }

    /** While the node is not ready, connections end with their answer, so that clients come back by another node. */
    void readiness(ReadinessChanged change) {
        leaving = !change.ready();
    }

    /** A request whose head Netty could read. */
    void accept(HttpServerRequest request) {
        Incoming incoming = arrive(request);
        try {
            InvalidRequest wrong = guard.check(request);
            if (wrong != null) {
                refuse(incoming, wrong);
                return;
            }
            routes.dispatch(incoming, authenticator, wallClock.instant());
        } catch (GatewayException refusal) {
            services.refuse(incoming, refusal.failure());
        } catch (RuntimeException defect) {
            LOG.error("request {} failed by a defect", incoming.id(), defect);
            services.refuse(incoming, new GatewayFailure.Internal());
        }
    }

    /** A request that Netty could not read: answered once, and the connection is closed. */
    void invalid(HttpServerRequest request) {
        refuse(arrive(request), unreadable(request.decoderResult().cause()));
    }

    private static InvalidRequest unreadable(@Nullable Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new InvalidRequest(Kind.TARGET_TOO_LONG, "The request line is too long.", null, "uri_too_long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new InvalidRequest(
                    Kind.HEADERS_TOO_LARGE, "The header block is too large.", null, "headers_too_large");
        }
        return new InvalidRequest(Kind.MALFORMED, "The request is not valid HTTP.", null, "invalid_request");
    }

    /** Refuses what cannot be trusted to end where it says: nothing that follows on the connection is read. */
    private void refuse(Incoming incoming, InvalidRequest wrong) {
        HttpServerResponse response = incoming.response();
        HttpConnection connection = incoming.request().connection();
        if (incoming.request().streamId() < 1) {
            response.putHeader("connection", "close");
            response.endHandler(v -> {
                connections.requestEnded(connection);
                connection.close();
            });
        }
        services.refuse(incoming, wrong);
    }

    private Incoming arrive(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        long now = services.clock().getAsLong();
        long wallMillis = wallClock.millis();
        Incoming incoming =
                new Incoming(request, revision, ids.next(wallMillis), addresses.of(request), now, wallMillis);
        request.response().putHeader("x-request-id", incoming.id());
        connections.requestBegan(connection);
        // HTTP/1.0 knows no chunks: the end of the connection is the end of the answer.
        boolean closes =
                request.version() == HttpVersion.HTTP_1_0 || leaving && request.version() == HttpVersion.HTTP_1_1;
        if (closes) {
            request.response().putHeader("connection", "close");
        }
        request.response().endHandler(v -> {
            connections.requestEnded(connection);
            if (closes) {
                connection.close();
            }
        });
        return incoming;
    }
}
