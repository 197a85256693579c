package io.sluice.ingress;

import io.sluice.config.HttpConfig;
import io.sluice.domain.key.Cidr;
import io.sluice.metrics.GatewayMetrics;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A lane's client connections: how many, how long they may say nothing, how much noise they may make. Used on the
 * lane's event loop.
 */
final class Connections implements Timed {
    /** Pings and settings frames of one HTTP/2 connection in {@link #NOISE_WINDOW_NANOS}; more is an attack. */
    private static final int MOST_NOISE = 200;

    private static final long NOISE_WINDOW_NANOS = 30_000_000_000L;

    private final HttpConfig config;
    private final EdgeLimits limits;
    private final GatewayMetrics metrics;
    private final LongSupplier clock;
    private final Map<HttpConnection, Entry> open = new HashMap<>();

    private static final class Entry {
        private String address = "";
        private long idleSinceNanos;
        private boolean served;
        private int busy;
        private int noise;
        private long noiseSinceNanos;
    }

    Connections(HttpConfig config, EdgeLimits limits, GatewayMetrics metrics, LongSupplier clock) {
        this.config = config;
        this.limits = limits;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** A client has connected. */
    void opened(HttpConnection connection) {
        String address = boundedAddress(connection.remoteAddress());
        if (!limits.enterConnection(address)) {
            connection.close();
            return;
        }
        metrics.connectionsOpen(1);
        Entry entry = new Entry();
        entry.idleSinceNanos = clock.getAsLong();
        open.put(connection, entry);
        entry.address = address;
        connection.closeHandler(v -> closed(connection));
        connection.exceptionHandler(cause -> {});
        if (connection.isSsl()) {
            watchNoise(connection, entry);
        }
    }

    /** A connection is over. Only the first call counts: one that became a WebSocket does not say so by itself. */
    void closed(HttpConnection connection) {
        Entry entry = open.remove(connection);
        if (entry != null) {
            metrics.connectionsOpen(-1);
            limits.leaveConnection(entry.address);
        }
    }

    /** HTTP/2 is spoken over TLS only; what was agreed on there Vert.x tells only by refusing these handlers on HTTP/1. */
    private void watchNoise(HttpConnection connection, Entry entry) {
        try {
            connection.pingHandler(ping -> noise(connection, entry));
            connection.remoteSettingsHandler(settings -> noise(connection, entry));
        } catch (UnsupportedOperationException e) {
            // HTTP/1 has no such frames.
        }
    }

    private void noise(HttpConnection connection, Entry entry) {
        long now = clock.getAsLong();
        if (now - entry.noiseSinceNanos > NOISE_WINDOW_NANOS) {
            entry.noiseSinceNanos = now;
            entry.noise = 0;
        }
        if (++entry.noise > MOST_NOISE) {
            connection.close();
        }
    }

    /** Address that counts against the bound for one peer; empty for loopback and trusted proxies. */
    private String boundedAddress(@Nullable SocketAddress peer) {
        String host = peer == null ? null : peer.hostAddress();
        if (host == null) {
            return "";
        }
        int scope = host.indexOf('%');
        byte[] address = Cidr.literal(scope < 0 ? host : host.substring(0, scope));
        boolean loopback =
                address.length == 4 ? address[0] == 127 : host.equals("::1") || host.equals("0:0:0:0:0:0:0:1");
        boolean trusted = config.trustedProxies().stream().anyMatch(n -> n.contains(address));
        return loopback || trusted ? "" : host;
    }

    /** A request began on a connection. */
    void requestBegan(HttpConnection connection) {
        Entry entry = open.get(connection);
        if (entry != null) {
            entry.busy++;
            entry.served = true;
        }
    }

    /** A request on a connection is over. */
    void requestEnded(HttpConnection connection) {
        Entry entry = open.get(connection);
        if (entry != null) {
            entry.busy--;
            entry.idleSinceNanos = clock.getAsLong();
        }
    }

    /** Closes what is idle too long: a first head that does not come, or a pause between requests. */
    @Override
    public void check(long now) {
        long header = config.bounds().headerTimeout().toNanos();
        long keepAlive = config.bounds().keepAlive().toNanos();
        closeIf(entry -> now - entry.idleSinceNanos > (entry.served ? keepAlive : header));
    }

    /** Closes every connection that serves nothing. */
    void closeIdle() {
        closeIf(entry -> true);
    }

    private void closeIf(java.util.function.Predicate<Entry> tooLong) {
        List<HttpConnection> late = open.entrySet().stream()
                .filter(e -> e.getValue().busy == 0 && tooLong.test(e.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        late.forEach(HttpConnection::close);
    }
}
