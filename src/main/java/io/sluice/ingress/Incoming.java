package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.EndpointFamily;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.Forbidden;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.message.UsageRecord;
import io.sluice.trace.RequestTrace;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that has arrived: what is known of it before anyone handles it. Used on the lane's event loop.
 */
final class Incoming {
    private final HttpServerRequest request;
    private final GatewayRevision revision;
    private final String id;
    private final String clientAddress;
    private final long startNanos;
    private final long startMillis;
    private @Nullable Caller caller;
    private @Nullable EdgeDialect dialect;
    private @Nullable Endpoint endpoint;
    private String model = "";
    private @Nullable RequestTrace trace;
    private boolean recorded;

    /**
     * A request at its head.
     *
     * @param request its body was not touched
     * @param revision the revision it keeps
     * @param id Sluice's id of it
     * @param clientAddress where it comes from
     * @param startNanos monotonic
     * @param startMillis wall clock
     */
    Incoming(
            HttpServerRequest request,
            GatewayRevision revision,
            String id,
            String clientAddress,
            long startNanos,
            long startMillis) {
        this.request = request;
        this.revision = revision;
        this.id = id;
        this.clientAddress = clientAddress;
        this.startNanos = startNanos;
        this.startMillis = startMillis;
    }

    HttpServerRequest request() {
        return request;
    }

    HttpServerResponse response() {
        return request.response();
    }

    GatewayRevision revision() {
        return revision;
    }

    String id() {
        return id;
    }

    /** Where it comes from; what the admin port sends comes from whoever asked there. */
    String clientAddress() {
        return caller == null || caller.ticket() == null
                ? clientAddress
                : caller.ticket().client();
    }

    long startNanos() {
        return startNanos;
    }

    long startMillis() {
        return startMillis;
    }

    /** The caller's key; there is one behind every route that is not public. */
    VirtualKey key() {
        return caller().key();
    }

    /** Who asks; known behind every route that is not public. */
    Caller caller() {
        return Objects.requireNonNull(caller);
    }

    /** Who asks, as usage records say it. */
    UsageRecord.Caller recordedCaller() {
        VirtualKey key = key();
        return new UsageRecord.Caller(key.name(), key.team(), key.parentTeam(), clientAddress, clientRequestId());
    }

    void authenticated(Caller known) {
        caller = known;
    }

    /**
     * Goes on if the caller's key may ask for this.
     *
     * @throws GatewayException when it may not
     */
    void ask(Endpoint asked) {
        endpoint = asked;
        if (!key().allows(asked)) {
            throw new GatewayException(new Forbidden(
                    "This API key may not use this endpoint ("
                            + EndpointFamily.of(asked).word() + ").",
                    "endpoint_not_allowed"));
        }
    }

    /** The model that it asks for is one that is served. */
    void asksFor(Model served) {
        model = served.name();
    }

    /** The model it asks for; empty while that is not known, or not one that is served. */
    String model() {
        return model;
    }

    /** It is traced. */
    void traced(RequestTrace begun) {
        trace = begun;
    }

    /** Its trace; null when there is none. */
    @Nullable
    RequestTrace trace() {
        return trace;
    }

    /** Its usage record was handed over. */
    void recorded() {
        recorded = true;
    }

    /** What it asks for, while a usage record is owed for it; null before that is known, and after. */
    @Nullable
    Endpoint owing() {
        return recorded ? null : endpoint;
    }

    /** The client's dialect: its endpoint's, or until one is found what the head looks like. */
    EdgeDialect dialect() {
        EdgeDialect known = dialect;
        return known == null ? speaks(Callers.of(request)) : known;
    }

    /** The endpoint says what its clients speak. */
    EdgeDialect speaks(EdgeDialect words) {
        dialect = words;
        words.greet(request.response(), id);
        return words;
    }

    /** The client's own request id when it is harmless, else empty. It is logged and passed on, never a key. */
    String clientRequestId() {
        String value = request.getHeader("x-client-request-id");
        if (value == null) {
            value = request.getHeader("x-request-id");
        }
        return value != null && isHarmless(value) ? value : "";
    }

    private static boolean isHarmless(String value) {
        if (value.isEmpty() || value.length() > 128) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean fine =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-".indexOf(c) >= 0;
            if (!fine) {
                return false;
            }
        }
        return true;
    }
}
