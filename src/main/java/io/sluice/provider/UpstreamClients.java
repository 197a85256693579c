package io.sluice.provider;

import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lane's HTTP clients: one for each way of connecting. HTTP/2 where a TLS provider offers it, never in clear text;
 * certificates and host names always verified; redirects never followed; nothing is retried here.
 */
final class UpstreamClients {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamClients.class);
    private static final int RESPONSE_LINE = 4 * 1024;
    private static final int RESPONSE_HEADERS = 16 * 1024;
    private static final int KEEP_ALIVE_SECONDS = 55;
    private static final int MOST_HTTP2_CONNECTIONS = 8;

    private final Vertx vertx;
    private final int queue;
    private final Map<Way, HttpClientAgent> clients = new HashMap<>();

    /**
     * What makes two accounts need two clients.
     *
     * @param tls whether the provider is reached over TLS
     * @param connect until a connection, TLS included, is there
     * @param maxConnections HTTP/1.1 connections to one address
     */
    record Way(boolean tls, Duration connect, int maxConnections) {
        static Way of(Candidate candidate) {
            return of(candidate.channel(), candidate.account());
        }

        /** Of one of the channel's accounts. */
        static Way of(Channel channel, Account account) {
            return new Way(channel.baseUrl().tls(), channel.timeoutsOf(account).connect(), channel.maxConnections());
        }
    }

    UpstreamClients(Vertx vertx, int queue) {
        this.vertx = vertx;
        this.queue = queue;
    }

    /**
     * A connection with a free stream.
     *
     * @param candidate where to, and how
     * @return a request without target and headers, to be written or reset
     */
    Future<HttpClientRequest> connect(Candidate candidate) {
        BaseUrl url = candidate.channel().baseUrl();
        return clients.computeIfAbsent(Way.of(candidate), this::build)
                .request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setHost(url.host())
                        .setPort(url.port())
                        .setSsl(url.tls())
                        .setFollowRedirects(false)
                        .setURI("/"));
    }

    private HttpClientAgent build(Way way) {
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(way.tls)
                .setUseAlpn(way.tls)
                .setProtocolVersion(way.tls ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)
                .setHttp2ClearTextUpgrade(false)
                .setVerifyHost(true)
                .setTrustAll(false)
                .setPipelining(false)
                .setDecompressionSupported(false)
                .setMaxRedirects(0)
                .setMaxInitialLineLength(RESPONSE_LINE)
                .setMaxHeaderSize(RESPONSE_HEADERS)
                .setTcpNoDelay(true)
                .setKeepAlive(true)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setHttp2KeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setConnectTimeout(Math.toIntExact(way.connect.toMillis()))
                .setSslHandshakeTimeout(way.connect.toMillis())
                .setSslHandshakeTimeoutUnit(java.util.concurrent.TimeUnit.MILLISECONDS);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(way.maxConnections)
                .setHttp2MaxSize(Math.min(way.maxConnections, MOST_HTTP2_CONNECTIONS))
                .setMaxWaitQueueSize(queue);
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                // Each request on the connection hears of its end by itself.
                .withConnectHandler(connection -> connection.exceptionHandler(cause -> {}))
                .build();
    }

    /**
     * Closes the clients that nobody needs any more.
     *
     * @param live those of the live revision
     * @param flying those that calls in flight began with
     */
    void retain(Set<Way> live, Set<Way> flying) {
        clients.entrySet().removeIf(client -> {
            boolean unused = !live.contains(client.getKey()) && !flying.contains(client.getKey());
            if (unused) {
                client.getValue().close().onFailure(e -> LOG.warn("an unused client did not close", e));
            }
            return unused;
        });
    }

    /** Closes every connection. */
    Future<?> close() {
        return Future.join(clients.values().stream().map(c -> c.close()).toList());
    }
}
