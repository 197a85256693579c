package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TlsConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Proxy;
import io.sluice.domain.pool.Proxy.Kind;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Tls;
import io.sluice.testkit.Await;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestProxy;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers behind proxies, and with certificates of their own: who is connected, and what a failure says. */
class UpstreamWayTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String CREDENTIAL = "CANARY-user:CANARY-p@ss:word";

    private static Secret trusted;
    private static Secret own;
    private static Secret ownKey;
    private static PemKeyCertOptions serving;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final List<String> requests = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void makesCertificates(@TempDir Path directory) throws IOException {
        TlsConfig upstream = Certificates.in(Files.createDirectory(directory.resolve("upstream")))
                .tls();
        TlsConfig gateway = Certificates.in(Files.createDirectory(directory.resolve("gateway")))
                .tls();
        trusted = Secret.of(Files.readString(upstream.cert()));
        own = Secret.of(Files.readString(gateway.cert()));
        ownKey = Secret.of(Files.readString(gateway.key()));
        // Vert.x reads them when a server starts; the directory is gone by then.
        serving = new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(trusted.reveal()))
                .addKeyValue(Buffer.buffer(Files.readString(upstream.key())));
    }

    @AfterEach
    void stop() {
        TestNode.await(vertx.close());
    }

    private int upstream(HttpServerOptions options) {
        HttpServer server = vertx.createHttpServer(options).requestHandler(request -> {
            requests.add(request.method() + " " + request.uri() + " " + request.getHeader("proxy-authorization") + " "
                    + request.version());
            request.response().putHeader("content-type", "application/json").end("{\"id\":\"c\",\"choices\":[]}");
        });
        return TestNode.await(server.listen(0, "127.0.0.1")).actualPort();
    }

    private int plainUpstream() {
        return upstream(new HttpServerOptions());
    }

    private int tlsUpstream(ClientAuth auth) {
        return upstream(new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(serving)
                .setClientAuth(auth)
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(own.reveal()))));
    }

    private static String ask(BaseUrl url, Proxy proxy, Tls tls) {
        return ask(c -> c.url(url).outbound(new Outbound(Map.of(), Map.of(), proxy, tls, null)));
    }

    private static String ask(UnaryOperator<RevisionBuilder.ChannelBuilder> how) {
        String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        try (TestNode node = TestNode.of(new RevisionBuilder()
                                .channel("one", c -> how.apply(c.serves("m")))
                                .key("app", KEY)
                                .policy(Strategy.FILL, false, 1, Duration.ofSeconds(10))
                                .build())
                        .start();
                RawHttp client = RawHttp.clear(node.port())) {
            String answer = client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .read(SOON, 1)
                    .toString();
            assertThat(answer).doesNotContain("CANARY", "upstream.test", "127.0.0.1", "CN=");
            return answer;
        }
    }

    private static Proxy through(Kind kind, TestProxy proxy, boolean known) {
        return new Proxy(
                kind,
                "127.0.0.1",
                proxy.port(),
                Secret.of("CANARY-user"),
                Secret.of(known ? "CANARY-p@ss:word" : "another"));
    }

    private static BaseUrl url(boolean tls, String host, int port) {
        return new BaseUrl(tls, host, port, "/v1");
    }

    private static Tls trusting() {
        return new Tls(trusted, false, null, null);
    }

    /** The name resolves nowhere: the proxy is told it. */
    @Test
    void plainTextGoesThroughAnHttpProxyByItsWholeUrl() {
        int port = plainUpstream();
        try (TestProxy proxy = TestProxy.http(CREDENTIAL)) {
            String answer = ask(url(false, "upstream.test", port), through(Kind.HTTP, proxy, true), Tls.SYSTEM);

            assertThat(answer).contains("200", "\"choices\":[]");
            assertThat(proxy.asked()).containsExactly("POST http://upstream.test:" + port + "/v1/chat/completions");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tlsGoesThroughAnHttpProxyByConnect(boolean credential) {
        int port = tlsUpstream(ClientAuth.NONE);
        try (TestProxy proxy = TestProxy.http(credential ? CREDENTIAL : null)) {
            Proxy between = credential
                    ? through(Kind.HTTP, proxy, true)
                    : new Proxy(Kind.HTTP, "127.0.0.1", proxy.port(), null, null);

            assertThat(ask(url(true, "localhost", port), between, trusting())).contains("200", "\"choices\":[]");
            assertThat(proxy.asked()).containsExactly("CONNECT localhost:" + port);
            assertThat(requests).containsExactly("POST /v1/chat/completions null HTTP_2");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void plainTextGoesThroughASocksProxyThatResolvesTheName(boolean credential) {
        int port = plainUpstream();
        try (TestProxy proxy = TestProxy.socks(credential ? CREDENTIAL : null)) {
            Proxy between = credential
                    ? through(Kind.SOCKS5, proxy, true)
                    : new Proxy(Kind.SOCKS5, "127.0.0.1", proxy.port(), null, null);

            assertThat(ask(url(false, "upstream.test", port), between, Tls.SYSTEM))
                    .contains("200", "\"choices\":[]");
            assertThat(proxy.asked()).containsExactly("CONNECT upstream.test:" + port);
            assertThat(requests).containsExactly("POST /v1/chat/completions null HTTP_1_1");
        }
    }

    @Test
    void tlsGoesThroughASocksProxy() {
        int port = tlsUpstream(ClientAuth.NONE);
        try (TestProxy proxy = TestProxy.socks(CREDENTIAL)) {
            assertThat(ask(url(true, "localhost", port), through(Kind.SOCKS5, proxy, true), trusting()))
                    .contains("200", "\"choices\":[]");
        }
    }

    /** The name says nothing: what it resolves to is looked at when there is a connection, before anything is written. */
    @Test
    void aPublicChannelAsksNothingAtAPrivateAddress() {
        int port = plainUpstream();

        String answer = ask(new BaseUrl(false, "localhost", port, "/v1", true), null, Tls.SYSTEM);

        assertThat(answer).contains("502", "could not be reached");
        assertThat(requests).isEmpty();
    }

    @Test
    void tokenEndpointsAreReachedThroughTheProxyToo() {
        int port = plainUpstream();
        try (TestProxy proxy = TestProxy.http(CREDENTIAL)) {
            ask(c -> c.type(ProviderType.QIANFAN)
                    .url(new BaseUrl(false, "127.0.0.1", port, ""))
                    .secret("clientid:clientsecret")
                    .outbound(new Outbound(Map.of(), Map.of(), through(Kind.HTTP, proxy, true), Tls.SYSTEM, null)));

            assertThat(proxy.asked())
                    .singleElement()
                    .asString()
                    .startsWith("POST http://127.0.0.1:" + port + "/oauth/2.0/token?");
        }
    }

    @Test
    void aProxyThatRefusesIsNamedAsTheReason() {
        int port = tlsUpstream(ClientAuth.NONE);
        try (TestProxy http = TestProxy.http(CREDENTIAL);
                TestProxy socks = TestProxy.socks(CREDENTIAL)) {
            BaseUrl url = url(true, "localhost", port);

            assertThat(ask(url, through(Kind.HTTP, http, false), trusting())).contains("502", "proxy");
            assertThat(ask(url, through(Kind.SOCKS5, socks, false), trusting())).contains("502", "proxy");
            assertThat(requests).isEmpty();
        }
    }

    @Test
    void noProxyIsNoDirectConnection() {
        int port = plainUpstream();
        TestProxy gone = TestProxy.socks(null);
        Proxy between = new Proxy(Kind.SOCKS5, "127.0.0.1", gone.port(), null, null);
        gone.close();

        assertThat(ask(url(false, "127.0.0.1", port), between, Tls.SYSTEM)).contains("502");
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void trustsTheOperatorsAuthority(boolean systemToo) {
        int port = tlsUpstream(ClientAuth.NONE);

        assertThat(ask(url(true, "localhost", port), null, new Tls(trusted, systemToo, null, null)))
                .contains("200", "\"choices\":[]");
    }

    @Test
    void anotherAuthorityIsNotTrusted() {
        int port = tlsUpstream(ClientAuth.NONE);
        BaseUrl url = url(true, "localhost", port);

        assertThat(ask(url, null, new Tls(own, true, null, null))).contains("502", "TLS handshake");
        assertThat(ask(url, null, Tls.SYSTEM)).contains("502", "TLS handshake");
        assertThat(requests).isEmpty();
    }

    /** The certificate is trusted, and of another name. */
    @Test
    void hostNamesAreVerifiedWithAnOwnAuthorityToo() {
        int port = tlsUpstream(ClientAuth.NONE);
        try (TestProxy proxy = TestProxy.http(CREDENTIAL)) {
            String answer = ask(url(true, "upstream.test", port), through(Kind.HTTP, proxy, true), trusting());

            assertThat(answer).contains("502", "TLS handshake");
            assertThat(requests).isEmpty();
        }
    }

    @Test
    void showsItsCertificateToAnUpstreamThatDemandsOne() {
        int port = tlsUpstream(ClientAuth.REQUIRED);

        assertThat(ask(url(true, "localhost", port), null, new Tls(trusted, false, own, ownKey)))
                .contains("200", "\"choices\":[]");
    }

    @Test
    void withoutACertificateTheUpstreamThatDemandsOneRefuses() {
        int port = tlsUpstream(ClientAuth.REQUIRED);

        assertThat(ask(url(true, "localhost", port), null, trusting())).contains("HTTP/1.1 50");
        assertThat(requests).isEmpty();
    }
}
