package io.sluice.ingress;

import io.sluice.config.RealtimeConfig;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/realtime?model=}: realtime sessions over WebSocket. Used on the lane's event loop. */
final class RealtimeEndpoint {
    static final String PATH = "/v1/realtime";

    private final ExchangeServices services;
    private final Connections connections;
    private final RealtimeConfig config;
    private final Authenticator authenticator;
    private final Clock wallClock;
    /** Null until the first change. */
    private @Nullable GatewayRevision latest;

    private final Set<RealtimeSession> sessions = new LinkedHashSet<>();

    /**
     * No session yet.
     *
     * @param services what the lane's exchanges share
     * @param connections the lane's connections, which a session's is taken out of at its end
     * @param config bounds of sessions
     * @param authenticator knows keys
     * @param wallClock for the expiry of keys
     */
    RealtimeEndpoint(
            ExchangeServices services,
            Connections connections,
            RealtimeConfig config,
            Authenticator authenticator,
            Clock wallClock) {
        this.services = services;
        this.connections = connections;
        this.config = config;
        this.authenticator = authenticator;
        this.wallClock = wallClock;
    }

    /** Begins a session. */
    void handle(Incoming incoming) {
        incoming.speaks(OpenAiEdge.INSTANCE);
        incoming.ask(Endpoint.REALTIME);
        Model model = ModelEndpoint.modelOf(incoming, RealtimeHandshake.model(incoming.request()));
        Duration maxWait = MaxWait.of(MaxWait.asked(incoming.request()), incoming.key(), model.policy(), true);
        services.enter();
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

    /** Sessions of keys that are gone, switched off, or may not use the model any more, end. */
    void revision(GatewayRevision revision) {
        latest = revision;
        keysChanged();
    }

    /** The same for stored keys. */
    void keysChanged() {
        List.copyOf(sessions).forEach(RealtimeSession::checkKey);
    }

    /** Whether a session's key, which was good once, may still use a model, by the files and the store as they are now. */
    boolean stillAllows(Incoming incoming, Model model) {
        Caller caller = incoming.caller();
        VirtualKey now = authenticator.now(latest == null ? incoming.revision() : latest, caller.credential());
        return now != null
                && now.opens(caller.credential(), wallClock.instant())
                && now.allows(Endpoint.REALTIME)
                && now.allows(model.name());
    }
}
