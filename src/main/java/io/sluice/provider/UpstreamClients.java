package io.sluice.provider;

import io.netty.handler.proxy.ProxyConnectException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.media.PublicAddress;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.Proxy;
import io.sluice.domain.pool.Tls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
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
    private static final int MOST_CAUSES = 8;

    private final Vertx vertx;
    private final int queue;
    private final Map<Way, HttpClientAgent> clients = new HashMap<>();

    /**
     * What makes two accounts need two clients.
     *
     * @param tls whether it is TLS
     * @param connect until a connection, TLS included, is there
     * @param maxConnections HTTP/1.1 connections to one address
     * @param proxy what stands between; null for nothing
     * @param material whom TLS trusts, and the certificate it shows
     * @param publicOnly whether nothing may be asked at a private address; which one it is, is known when there is a connection
     */
    record Way(
            boolean tls,
            Duration connect,
            int maxConnections,
            @Nullable Proxy proxy,
            Tls material,
            boolean publicOnly) {
        /** To the candidate's provider. */
        static Way of(Candidate candidate) {
            return of(
                    candidate.channel(),
                    candidate.account(),
                    candidate.channel().baseUrl().tls());
        }

        /**
         * To the provider of one of a channel's accounts, or to another service of it.
         *
         * @param tls whether that is TLS
         */
        static Way of(Channel channel, Account account, boolean tls) {
            Outbound outbound = channel.outboundOf(account);
            return new Way(
                    tls,
                    channel.timeoutsOf(account).connect(),
                    channel.maxConnections(),
                    outbound.proxy(),
                    tls ? outbound.tls() : Tls.SYSTEM,
                    // Where there is a proxy, it is the one that connects.
                    channel.baseUrl().publicOnly() && outbound.proxy() == null);
        }

        /** All ways that a channel's accounts may take. */
        static Stream<Way> all(Channel channel) {
            return channel.accounts().stream()
                    .flatMap(account -> Stream.of(of(channel, account, true), of(channel, account, false)));
        }
    }

    UpstreamClients(Vertx vertx, int queue) {
        this.vertx = vertx;
        this.queue = queue;
    }

    /**
     * A connection with a free stream.
     *
     * @param method what the request is
     * @param candidate where to, and how
     * @return a request without target and headers, to be written or reset
     */
    Future<HttpClientRequest> connect(HttpMethod method, Candidate candidate) {
        BaseUrl url = candidate.channel().baseUrl();
        return request(
                Way.of(candidate),
                new RequestOptions()
                        .setMethod(method)
                        .setHost(url.host())
                        .setPort(url.port())
                        .setURI("/"));
    }

    /**
     * A connection to any service that an account needs.
     *
     * @param way how to connect
     * @param target host, port, method and URI
     */
    Future<HttpClientRequest> request(Way way, RequestOptions target) {
        Future<HttpClientRequest> request = clients.computeIfAbsent(way, this::build)
                .request(target.setSsl(way.tls).setFollowRedirects(false));
        return way.publicOnly ? request.compose(UpstreamClients::publicly) : request;
    }

    /** Nothing was written yet, neither body nor credential: whoever listens at a private address learns nothing. */
    private static Future<HttpClientRequest> publicly(HttpClientRequest request) {
        byte[] address = address(request.connection().remoteAddress());
        if (address != null && PublicAddress.isPublic(address)) {
            return Future.succeededFuture(request);
        }
        request.reset();
        request.connection().close();
        return Future.failedFuture(new ConnectException("not a public address"));
    }

    /** The bytes of an address that was connected to, which is never a name; null when there is none. */
    private static byte @Nullable [] address(@Nullable SocketAddress remote) {
        String literal = remote == null ? null : remote.hostAddress();
        return literal == null ? null : Cidr.literal(literal);
    }

    /**
     * What it means that there is no connection. Names no host: clients read it.
     *
     * @param cause why
     */
    static UpstreamFailure unreached(Throwable cause) {
        Throwable reason = cause;
        for (int i = 0; i < MOST_CAUSES && reason != null; i++) {
            if (reason instanceof ProxyConnectException) {
                return UpstreamFailure.of(Kind.CONNECT, "The proxy on the way to the upstream could not be used.");
            }
            if (reason instanceof ConnectionPoolTooBusyException) {
                return UpstreamFailure.of(Kind.BUSY, "Every connection to the upstream is in use.");
            }
            if (reason instanceof SSLException) {
                return UpstreamFailure.of(Kind.CONNECT, "The TLS handshake with the upstream failed.");
            }
            reason = reason.getCause();
        }
        return UpstreamFailure.of(Kind.CONNECT, "The upstream could not be reached.");
    }

    /**
     * Gives a client of any protocol the proxy, the trust, the certificate and the connect timeout of a way. That host
     * names are verified is for the client's own options to say.
     *
     * @return the same options
     */
    static <T extends ClientOptionsBase> T along(Way way, T options) {
        int connect = Math.toIntExact(way.connect.toMillis());
        options.setSsl(way.tls).setTrustAll(false);
        options.setConnectTimeout(connect);
        options.setSslHandshakeTimeout(connect).setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        Proxy proxy = way.proxy;
        if (proxy != null) {
            ProxyOptions between = new ProxyOptions()
                    .setType(proxy.kind() == Proxy.Kind.HTTP ? ProxyType.HTTP : ProxyType.SOCKS5)
                    .setHost(proxy.host())
                    .setPort(proxy.port())
                    .setConnectTimeout(way.connect);
            if (proxy.user() != null && proxy.password() != null) {
                between.setUsername(proxy.user().reveal())
                        .setPassword(proxy.password().reveal());
            }
            options.setProxyOptions(between);
        }
        Tls material = way.material;
        if (material.authorities() != null) {
            options.setTrustOptions(new UpstreamTrust(material.authorities(), material.systemAuthorities()));
        }
        if (material.certificate() != null && material.key() != null) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(material.certificate().reveal()))
                    .addKeyValue(Buffer.buffer(material.key().reveal())));
        }
        return options;
    }

    private HttpClientAgent build(Way way) {
        HttpClientOptions options = along(way, new HttpClientOptions())
                .setUseAlpn(way.tls)
                .setProtocolVersion(way.tls ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)
                .setHttp2ClearTextUpgrade(false)
                .setVerifyHost(true)
                .setPipelining(false)
                .setDecompressionSupported(false)
                .setMaxRedirects(0)
                .setMaxInitialLineLength(RESPONSE_LINE)
                .setMaxHeaderSize(RESPONSE_HEADERS)
                .setTcpNoDelay(true)
                .setKeepAlive(true)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setHttp2KeepAliveTimeout(KEEP_ALIVE_SECONDS);
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
