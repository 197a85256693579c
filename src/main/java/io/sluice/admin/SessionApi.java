package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.Caller;
import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Session;
import io.sluice.config.NodeConfig;
import io.sluice.config.StoreConfig;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Signing in with a browser, {@code /admin/v1/session}: whoever has a token changes it for a cookie. */
final class SessionApi implements ApiArea {
    private final Sessions sessions;
    private final Authenticator authenticator;
    private final NodeConfig node;
    private final String version;
    private final Deeds deeds;

    SessionApi(Sessions sessions, Authenticator authenticator, NodeConfig node, String version, Deeds deeds) {
        this.sessions = sessions;
        this.authenticator = authenticator;
        this.node = node;
        this.version = version;
        this.deeds = deeds;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("startSession", this::start, "getSession", this::get, "endSession", this::end);
    }

    private Future<ApiAnswer> start(ApiRequest request) {
        String token = request.bearer();
        if (token == null) {
            // With its own cookie a session would go on for ever.
            throw Problem.of(401, "unauthenticated", "Signing in needs a token: Authorization: Bearer …");
        }
        Session session = sessions.start(authenticator.subject(token, request.caller()));
        deeds.write(request.actor(), "log-in", "session", request.caller().name(), "signed in to the console");
        return Future.succeededFuture(
                ApiAnswer.ok(json(request.caller(), session)).cookie(sessions.cookie(session)));
    }

    private Future<ApiAnswer> get(ApiRequest request) {
        return Future.succeededFuture(ApiAnswer.ok(json(request.caller(), request.session())));
    }

    private Future<ApiAnswer> end(ApiRequest request) {
        return Future.succeededFuture(ApiAnswer.done().cookie(sessions.stop(request.session())));
    }

    private JsonObject json(Caller caller, @Nullable Session session) {
        JsonObject json = new JsonObject()
                .put("name", caller.name())
                .put("role", caller.role().word())
                .put("team", caller.team())
                .put("node", node.name())
                .put("version", version)
                .put("ledger", node.store().kind() != StoreConfig.Kind.NONE);
        Instant end = caller.expires();
        if (session != null) {
            Instant absolute = sessions.absoluteEnd(session);
            end = end == null || absolute.isBefore(end) ? absolute : end;
            json.put("csrf", session.csrf()).put("idle-seconds", sessions.idle().toSeconds());
        }
        return json.put("expires-at", end == null ? null : end.toString());
    }
}
