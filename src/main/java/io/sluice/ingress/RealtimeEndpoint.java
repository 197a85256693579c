package io.sluice.ingress;

import io.sluice.config.RealtimeConfig;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** {@code GET /v1/realtime?model=}: realtime sessions over WebSocket. Used on the lane's event loop. */
final class RealtimeEndpoint {
    static final String PATH = "/v1/realtime";

    private final ExchangeServices services;
    private final Connections connections;
    private final RealtimeConfig config;
    private final Clock wallClock;
    private final Set<RealtimeSession> sessions = new LinkedHashSet<>();

    /**
     * No session yet.
     *
     * @param services what the lane's exchanges share
     * @param connections the lane's connections, which a session's is taken out of at its end
     * @param config bounds of sessions
     * @param wallClock for the expiry of keys
     */
    RealtimeEndpoint(ExchangeServices services, Connections connections, RealtimeConfig config, Clock wallClock) {
        this.services = services;
        this.connections = connections;
        this.config = config;
        this.wallClock = wallClock;
    }

    /** Begins a session. */
    void handle(Incoming incoming) {
        incoming.speaks(OpenAiEdge.INSTANCE);
        Model model = ModelEndpoint.modelOf(incoming, RealtimeHandshake.model(incoming.request()));
        Duration maxWait = MaxWait.of(MaxWait.asked(incoming.request()), incoming.key(), model.policy(), true);
        if (!services.limits().enterRequest()) {
            throw new GatewayException(new GatewayFailure.Overloaded("The gateway has no room for another session."));
        }
        services.metrics().requestsInFlight(1);
        incoming.request().pause();
        new RealtimeOpening(this, services, incoming, model, maxWait).start();
    }

    RealtimeConfig config() {
        return config;
    }

    Connections connections() {
        return connections;
    }

    /** A session is open. */
    void opened(RealtimeSession session) {
        sessions.add(session);
        services.metrics().sessionsOpen(1);
    }

    /** A session that was open is over. */
    void closed(RealtimeSession session) {
        if (sessions.remove(session)) {
            services.metrics().sessionsOpen(-1);
        }
    }

    /** A request has ended, with a session or without. */
    void leave() {
        services.limits().leaveRequest();
        services.metrics().requestsInFlight(-1);
    }

    /** Sessions of keys that are gone, switched off, or may not use the model any more, end. */
    void revision(GatewayRevision revision) {
        List.copyOf(sessions).forEach(session -> session.revision(revision, wallClock.instant()));
    }
}
