package io.sluice.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.time.Duration;

/**
 * Asks a server that is reached without encryption how it wants the password, before the client is let at it, which would
 * answer whatever it is asked for. Only SCRAM keeps the password from whoever listens.
 */
final class PgGreeting {
    private static final int PROTOCOL = 196_608;
    private static final int CLEAR_TEXT = 3;
    private static final int MD5 = 5;
    private static final int ANSWER = 9;

    private PgGreeting() {}

    /**
     * Asks it.
     *
     * @param target where the server is
     * @param atMost the most that it may take
     * @return done when the password may be given; fails with {@link StoreUnavailable}
     */
    static Future<Void> check(Vertx vertx, PgConnectOptions target, Duration atMost) {
        if (target.getSslMode() != SslMode.DISABLE || target.getPassword().isEmpty()) {
            return Future.succeededFuture();
        }
        Promise<Buffer> answer = Promise.promise();
        NetClient client =
                vertx.createNetClient(new NetClientOptions().setConnectTimeout((int) atMost.toMillis()));
        long timer = vertx.setTimer(
                atMost.toMillis(),
                id -> answer.tryFail(new StoreUnavailable("no connection within " + atMost.toMillis() + " ms")));
        client.connect(target.getPort(), target.getHost())
                .onSuccess(socket -> ask(socket, target, answer))
                .onFailure(answer::tryFail);
        return answer.future()
                .eventually(() -> {
                    vertx.cancelTimer(timer);
                    return client.close();
                })
                .compose(PgGreeting::judge, failure -> Future.failedFuture(StoreFailures.of(failure)));
    }

    private static void ask(NetSocket socket, PgConnectOptions target, Promise<Buffer> answer) {
        Buffer heard = Buffer.buffer();
        socket.handler(bytes -> {
            heard.appendBuffer(bytes);
            if (heard.length() >= ANSWER) {
                socket.pause();
                answer.tryComplete(heard);
            }
        });
        socket.exceptionHandler(answer::tryFail);
        socket.closeHandler(closed -> answer.tryFail(new StoreUnavailable("the server closed the connection")));
        Buffer body = Buffer.buffer().appendInt(PROTOCOL);
        for (String text : new String[] {"user", target.getUser(), "database", target.getDatabase()}) {
            body.appendBytes(text.getBytes(UTF_8)).appendByte((byte) 0);
        }
        body.appendByte((byte) 0);
        socket.write(Buffer.buffer().appendInt(body.length() + Integer.BYTES).appendBuffer(body))
                .onFailure(answer::tryFail);
    }

    /** Errors and everything else are the client's to understand. */
    private static Future<Void> judge(Buffer answer) {
        int method = answer.getByte(0) == 'R' ? answer.getInt(Byte.BYTES + Integer.BYTES) : 0;
        return method == CLEAR_TEXT || method == MD5
                ? Future.failedFuture(new StoreUnavailable("the server asks for the password "
                        + (method == MD5 ? "by MD5" : "in the clear")
                        + ", and the connection is not encrypted; set store.tls, or password_encryption = scram-sha-256 there"))
                : Future.succeededFuture();
    }
}
