package io.sluice.provider;

import io.sluice.domain.pool.Candidate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lane's WebSocket clients: one for each way of connecting. Certificates and host names always verified; nothing is
 * compressed, so that no frame is larger in memory than on the wire. Used on the lane's event loop.
 */
final class SocketClients {
    private static final Logger LOG = LoggerFactory.getLogger(SocketClients.class);
    private static final int CLOSING_SECONDS = 2;
    private static final Duration STUCK = Duration.ofSeconds(60);
    private static final long IDLE_NANOS = Duration.ofMinutes(1).toNanos();

    private final Vertx vertx;
    private final Map<Way, Entry> clients = new HashMap<>();

    /**
     * What makes two accounts need two clients.
     *
     * @param connection how to connect
     * @param maxFrame most bytes of a frame that comes in
     * @param name the only host, where it is connected to by an address that was looked at; null for any host
     */
    record Way(
            UpstreamClients.Way connection,
            int maxFrame,
            @Nullable String name) {
        static Way of(Candidate candidate, int maxFrame) {
            UpstreamClients.Way connection = UpstreamClients.Way.of(candidate);
            return new Way(
                    connection,
                    maxFrame,
                    connection.publicOnly() ? candidate.channel().baseUrl().host() : null);
        }
    }

    private static final class Entry {
        private final WebSocketClient client;
        private long usedAtNanos;

        private Entry(WebSocketClient client) {
            this.client = client;
        }
    }

    SocketClients(Vertx vertx) {
        this.vertx = vertx;
    }

    /** A socket that is not connected. */
    ClientWebSocket socket(Way way) {
        return clients.computeIfAbsent(way, w -> new Entry(vertx.createWebSocketClient(options(w))))
                .client
                .webSocket();
    }

    private static WebSocketClientOptions options(Way way) {
        WebSocketClientOptions options = UpstreamClients.along(way.connection, new WebSocketClientOptions());
        if (way.name != null) {
            options.setSslEngineOptions(new EngineOfName(way.name));
        }
        return options.setVerifyHost(true)
                .setTcpNoDelay(true)
                // The kernel's own bound for a peer that takes nothing; native transport only.
                .setTcpUserTimeout(Math.toIntExact(STUCK.toMillis()))
                .setMaxFrameSize(way.maxFrame)
                .setMaxMessageSize(way.maxFrame)
                .setTryUsePerFrameCompression(false)
                .setTryUsePerMessageCompression(false)
                .setClosingTimeout(CLOSING_SECONDS)
                // Sessions are counted by their channel, not here.
                .setMaxConnections(Integer.MAX_VALUE);
    }

    /**
     * Closes the clients that nobody has used for a while.
     *
     * @param inUse those of the sessions that are open
     * @param now monotonic nanoseconds
     */
    void retain(Set<Way> inUse, long now) {
        clients.entrySet().removeIf(client -> {
            Entry entry = client.getValue();
            if (entry.usedAtNanos == 0 || inUse.contains(client.getKey())) {
                entry.usedAtNanos = now;
                return false;
            }
            boolean unused = now - entry.usedAtNanos > IDLE_NANOS;
            if (unused) {
                entry.client.close().onFailure(e -> LOG.warn("an unused client did not close", e));
            }
            return unused;
        });
    }

    /** Closes every connection. */
    Future<?> close() {
        return Future.join(
                clients.values().stream().map(entry -> entry.client.close()).toList());
    }
}
