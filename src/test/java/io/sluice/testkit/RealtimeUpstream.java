package io.sluice.testkit;

import io.sluice.config.TlsConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A scripted provider of realtime sessions: what it says to each event is up to the test. */
public final class RealtimeUpstream implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private final BlockingQueue<HttpServerRequest> requests = new LinkedBlockingQueue<>();
    private final HttpServer server;
    private BiConsumer<Session, String> script = (session, event) -> {};
    private String refusal = "{\"error\":{\"message\":\"no\",\"type\":\"server_error\",\"code\":null,\"param\":null}}";

    /** One session. */
    public static final class Session {
        private final ServerWebSocket socket;
        private final String uri;
        private final @Nullable String named;
        private final Map<String, String> headers = new ConcurrentHashMap<>();
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private volatile int closeCode = -1;

        private Session(ServerWebSocket socket, HttpServerRequest request) {
            this.socket = socket;
            this.uri = request.uri();
            this.named = request.connection().indicatedServerName();
            request.headers().forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
        }

        /** Path and query. */
        public String uri() {
            return uri;
        }

        /** The name that TLS was asked for; null without. */
        public @Nullable String named() {
            return named;
        }

        /** Headers of the handshake, names in lower case. */
        public Map<String, String> headers() {
            return headers;
        }

        /** Says an event. */
        public void say(String event) {
            socket.writeTextMessage(event);
        }

        /** Breaks the connection without a close frame, behind what was said. */
        public void cut() {
            ((WebSocketInternal) socket).channelHandlerContext().close();
        }

        /** The socket. */
        public ServerWebSocket socket() {
            return socket;
        }

        /** The next event that came. */
        public String take() throws InterruptedException {
            String event = heard.poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("no event came");
            }
            return event;
        }

        /** Events that came and were not taken. */
        public BlockingQueue<String> heard() {
            return heard;
        }

        /** Close code; -1 while it is open. */
        public int closeCode() {
            return closeCode;
        }
    }

    private RealtimeUpstream(HttpServerOptions options) {
        options.setHost("127.0.0.1")
                .setMaxWebSocketFrameSize(8 * 1024 * 1024)
                .setMaxWebSocketMessageSize(16 * 1024 * 1024);
        server = TestNode.await(
                vertx.createHttpServer(options).requestHandler(this::asked).listen(0));
    }

    /** Starts it on a free port. */
    public static RealtimeUpstream start() {
        return new RealtimeUpstream(new HttpServerOptions());
    }

    /** Starts it with TLS, on a free port. */
    public static RealtimeUpstream start(TlsConfig tls) {
        return new RealtimeUpstream(new HttpServerOptions()
                .setSsl(true)
                .setSni(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(tls.cert().toString())
                        .addKeyPath(tls.key().toString())));
    }

    /** What it does about each event. */
    public RealtimeUpstream script(BiConsumer<Session, String> newScript) {
        script = newScript;
        return this;
    }

    /** Refuses handshakes with this credential. */
    public RealtimeUpstream refuse(String credential, int status) {
        refusals.put(credential, status);
        return this;
    }

    private void asked(HttpServerRequest request) {
        requests.add(request);
        String credential = String.valueOf(request.getHeader("authorization"));
        Integer status = refusals.get(credential.replace("Bearer ", ""));
        if (status != null) {
            request.response()
                    .setStatusCode(status)
                    .putHeader("content-type", "application/json")
                    .end(refusal);
            return;
        }
        request.toWebSocket().onSuccess(socket -> {
            Session session = new Session(socket, request);
            socket.textMessageHandler(event -> {
                session.heard.add(event);
                script.accept(session, event);
            });
            socket.closeHandler(v -> session.closeCode = socket.closeStatusCode());
            sessions.add(session);
        });
    }

    /** Its port. */
    public int port() {
        return server.actualPort();
    }

    /** The next session that was opened. */
    public Session take() throws InterruptedException {
        Session session = sessions.poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        if (session == null) {
            throw new AssertionError("no session was opened");
        }
        return session;
    }

    /** How many asked for a session. */
    public int asked() {
        return requests.size();
    }

    /** Waits until a session is closed. */
    public static int closeCode(Session session) {
        Await.until(Duration.ofSeconds(10), () -> session.closeCode() >= 0);
        return session.closeCode();
    }

    @Override
    public void close() {
        TestNode.await(vertx.close());
    }
}
