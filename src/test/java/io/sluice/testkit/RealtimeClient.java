package io.sluice.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of realtime sessions: events as text, and how the session ended. */
public final class RealtimeClient implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final WebSocketClient sockets = vertx.createWebSocketClient(
            new WebSocketClientOptions().setMaxFrameSize(8 * 1024 * 1024).setMaxMessageSize(16 * 1024 * 1024));
    private final int port;

    /** A client of a node. */
    public RealtimeClient(int port) {
        this.port = port;
    }

    /** One session. */
    public static final class Session {
        private final ClientWebSocket socket;
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private volatile int closeCode = -1;

        private Session(ClientWebSocket socket) {
            this.socket = socket;
            socket.textMessageHandler(heard::add);
            socket.closeHandler(v -> closeCode = socket.closeStatusCode());
        }

        /** Says an event. */
        public Session say(String event) {
            socket.writeTextMessage(event);
            return this;
        }

        /** The next event of a type; others before it are passed over. */
        public String take(String type) throws InterruptedException {
            while (true) {
                String event = heard.poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    throw new AssertionError("no " + type + " came");
                }
                if (event.contains("\"type\":\"" + type + "\"")) {
                    return event;
                }
            }
        }

        /** Events that came and were not taken. */
        public BlockingQueue<String> heard() {
            return heard;
        }

        /** The socket. */
        public ClientWebSocket socket() {
            return socket;
        }

        /** Waits for the end; its code. */
        public int closeCode() {
            Await.until(() -> closeCode >= 0);
            return closeCode;
        }
    }

    /** Opens a session with a bearer key. */
    public Session open(String model, String key) {
        return open(options(model).addHeader("authorization", "Bearer " + key));
    }

    /** Where a session of a model is. */
    public WebSocketConnectOptions options(String model) {
        return new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI("/v1/realtime?model=" + model);
    }

    /** Opens a session. */
    public Session open(WebSocketConnectOptions options) {
        ClientWebSocket socket = sockets.webSocket();
        Session session = new Session(socket);
        TestNode.await(socket.connect(options));
        return session;
    }

    /** Is refused a session. */
    public UpgradeRejectedException refused(WebSocketConnectOptions options) throws Exception {
        try {
            sockets.webSocket()
                    .connect(options)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(Await.MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UpgradeRejectedException rejected) {
                return rejected;
            }
            throw e;
        }
        throw new AssertionError("was not refused");
    }

    @Override
    public void close() {
        TestNode.await(vertx.close());
    }
}
