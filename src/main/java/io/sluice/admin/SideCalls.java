package io.sluice.admin;

import io.sluice.config.HttpConfig;
import io.sluice.domain.key.SideDoor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.util.Set;

/**
 * Asks the node's own traffic port for a chat, as whoever a ticket stands for. Each call has a client of its own: they are few,
 * and the certificate may have changed in between. Used on the admin verticle's context.
 */
final class SideCalls {
    private static final Set<String> ANY = Set.of("0.0.0.0", "");
    private static final Set<String> ANY_OF_SIX = Set.of("::", "0:0:0:0:0:0:0:0", "[::]");
    private static final int CONNECT_MILLIS = 3_000;

    private final Vertx vertx;
    private final HttpConfig http;
    private final SideDoor door;

    /**
     * Calls of a node.
     *
     * @param vertx whose event loop
     * @param http the node's traffic port
     * @param door knows where it stands
     */
    SideCalls(Vertx vertx, HttpConfig http, SideDoor door) {
        this.vertx = vertx;
        this.http = http;
        this.door = door;
    }

    /**
     * A call that was answered: the head is there, the body is not read yet.
     *
     * @param client to be closed at the end
     * @param request to be reset when nobody wants the rest
     * @param response paused
     */
    record Answered(HttpClient client, HttpClientRequest request, HttpClientResponse response) {
        /** Nobody wants the rest. */
        void giveUp() {
            request.reset();
            client.close();
        }
    }

    /**
     * Asks.
     *
     * @param ticket of the door
     * @param body of the chat
     */
    Future<Answered> ask(String ticket, JsonObject body) {
        HttpClient client = vertx.createHttpClient(options());
        RequestOptions where = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(door.port(), host()))
                .setHost("localhost")
                .setPort(door.port())
                .setURI("/v1/chat/completions")
                .putHeader("content-type", "application/json")
                .putHeader(SideDoor.HEADER, ticket);
        return client.request(where)
                .compose(request -> {
                    request.exceptionHandler(cause -> {});
                    return request.send(body.toBuffer())
                            .map(response -> new Answered(client, request, response.pause()));
                })
                .onFailure(cause -> client.close());
    }

    /** To oneself: the certificate is the node's own file, whatever names it has. */
    private HttpClientOptions options() {
        HttpClientOptions options = new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS);
        return http.tls() == null
                ? options
                : options.setSsl(true)
                        .setVerifyHost(false)
                        .setTrustOptions(new PemTrustOptions()
                                .addCertPath(http.tls().cert().toString()));
    }

    private String host() {
        return ANY.contains(http.host()) ? "127.0.0.1" : ANY_OF_SIX.contains(http.host()) ? "::1" : http.host();
    }
}
