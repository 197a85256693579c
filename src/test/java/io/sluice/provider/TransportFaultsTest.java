package io.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the faults of real connections say of whom was asked. */
class TransportFaultsTest {
    private static final Verdict SICK = new Verdict.EndpointSick(Duration.ZERO, false);
    private static final Verdict UNKNOWN = new Verdict.Ambiguous();

    private final Vertx vertx = Vertx.vertx();
    /** Held here: a client that nobody holds is closed when the garbage collector finds it. */
    private final UpstreamClients clients = new UpstreamClients(vertx, 5);

    private final HttpClient http2 = vertx.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private static Candidate candidate(boolean tls, String host, int port) {
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> c.url(new BaseUrl(tls, host, port, "/v1"))
                                .serves("m"))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
    }

    private Future<HttpClientRequest> connect(boolean tls, String host, int port) {
        return clients.connect(HttpMethod.POST, candidate(tls, host, port));
    }

    private UpstreamFailure unreached(boolean tls, String host, int port) {
        return connect(tls, host, port)
                .map((UpstreamFailure) null)
                .otherwise(UpstreamClients::unreached)
                .await();
    }

    private int serve(Handler<NetSocket> handler) {
        return vertx.createNetServer()
                .connectHandler(handler)
                .listen(0, "127.0.0.1")
                .await()
                .actualPort();
    }

    @Test
    void whereNobodyListensNothingWasSent() {
        assertThat(unreached(false, "127.0.0.1", FreePort.next()))
                .returns(Kind.CONNECT, UpstreamFailure::kind)
                .returns(SICK, UpstreamFailure::verdict);
    }

    @Test
    void nameThatNobodyKnowsIsAnUnreachedEndpoint() {
        assertThat(unreached(false, "nobody.invalid", 80))
                .returns(Kind.CONNECT, UpstreamFailure::kind)
                .returns(SICK, UpstreamFailure::verdict);
    }

    @Test
    void whoDoesNotSpeakTlsIsAnUnreachedEndpoint() {
        int port = serve(socket -> socket.handler(hello -> socket.end(Buffer.buffer("no TLS here\n"))));

        assertThat(unreached(true, "127.0.0.1", port))
                .returns(Kind.CONNECT, UpstreamFailure::kind)
                .returns(SICK, UpstreamFailure::verdict);
    }

    private UpstreamFailure afterWriting(Future<HttpClientRequest> connecting) {
        HttpClientRequest request = connecting.await();
        request.exceptionHandler(cause -> {});
        return request.send("{}")
                .map((UpstreamFailure) null)
                .otherwise(cause -> TransportFaults.beforeHead(cause, request.streamId()))
                .await();
    }

    @Test
    void whatBreaksAfterTheRequestWasWrittenIsAmbiguous() {
        int port = serve(socket -> socket.handler(request -> socket.close()));

        assertThat(afterWriting(connect(false, "127.0.0.1", port)))
                .returns(Kind.RESET, UpstreamFailure::kind)
                .returns(UNKNOWN, UpstreamFailure::verdict);
    }

    @Test
    void whatIsNoHttpIsAFaultOfTheEndpoint() {
        int port = serve(socket -> socket.handler(request -> socket.write("220 smtp.example ESMTP\r\n\r\n")));

        assertThat(afterWriting(connect(false, "127.0.0.1", port)))
                .returns(Kind.BAD_RESPONSE, UpstreamFailure::kind)
                .returns(SICK, UpstreamFailure::verdict);
    }

    private UpstreamFailure overHttp2(Handler<HttpServerRequest> handler) {
        int port = vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(handler)
                .listen(0)
                .await()
                .actualPort();
        return afterWriting(http2.request(HttpMethod.POST, port, "127.0.0.1", "/"));
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 13})
    void requestThatHttp2SendsBackUnreadMayGoAnywhere(long code) {
        assertThat(overHttp2(request -> request.response().reset(code)))
                .returns(Kind.CONNECT, UpstreamFailure::kind)
                .returns(SICK, UpstreamFailure::verdict);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2, 8})
    void anyOtherResetIsAmbiguous(long code) {
        assertThat(overHttp2(request -> request.response().reset(code)))
                .returns(Kind.RESET, UpstreamFailure::kind)
                .returns(UNKNOWN, UpstreamFailure::verdict);
    }

    @Test
    void goodbyeThatNamesAnEarlierStreamMayGoAnywhere() {
        assertThat(overHttp2(request -> request.connection().goAway(0, 0)))
                .returns(Kind.CONNECT, UpstreamFailure::kind)
                .returns(SICK, UpstreamFailure::verdict);
    }

    @Test
    void endOfTheConnectionIsAmbiguous() {
        assertThat(overHttp2(request -> request.connection().close()))
                .returns(Kind.RESET, UpstreamFailure::kind)
                .returns(UNKNOWN, UpstreamFailure::verdict);
    }
}
