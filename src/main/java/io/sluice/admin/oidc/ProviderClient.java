package io.sluice.admin.oidc;

import io.sluice.config.OidcConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks the provider: certificates verified, no redirect followed, answers of at most 256 KiB, 5 s for a connection and 10 s
 * for the whole. Used on the admin verticle's event loop.
 */
final class ProviderClient {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int MOST_BYTES = 256 * 1024;
    private static final int MOST_CONNECTIONS = 4;
    private static final int MOST_WAITING = 32;

    private final Vertx vertx;
    private final HttpClient client;

    /**
     * What came back.
     *
     * @param status of HTTP
     * @param json the body; empty when it is no JSON object
     */
    record Reply(int status, JsonObject json) {}

    ProviderClient(Vertx vertx, OidcConfig config) {
        this.vertx = vertx;
        Path ca = config.ca();
        HttpClientOptions options = new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS);
        if (ca != null) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(ca.toString()));
        }
        this.client = vertx.createHttpClient(
                options, new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS).setMaxWaitQueueSize(MOST_WAITING));
    }

    /**
     * Reads an object.
     *
     * @param what it is, as messages name it
     * @return fails with a {@link ProviderFailure}
     */
    Future<JsonObject> get(Endpoint endpoint, String what) {
        return send(HttpMethod.GET, endpoint, what, Map.of(), null)
                .compose(reply -> reply.status == 200 && !reply.json.isEmpty()
                        ? Future.succeededFuture(reply.json)
                        : Future.failedFuture(
                                new ProviderFailure(what + " (" + endpoint.url() + ") answers with status "
                                        + reply.status + (reply.status == 200 ? " and no JSON" : ""))));
    }

    /**
     * Sends a form.
     *
     * @param what it goes to, as messages name it
     * @return any answer; fails with a {@link ProviderFailure} when there is none
     */
    Future<Reply> post(Endpoint endpoint, String what, Map<String, String> headers, String form) {
        return send(HttpMethod.POST, endpoint, what, headers, form);
    }

    private Future<Reply> send(
            HttpMethod method, Endpoint endpoint, String what, Map<String, String> headers, @Nullable String form) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(endpoint.url())
                .setFollowRedirects(false)
                .setTimeout(TIMEOUT_MILLIS)
                .putHeader("accept", "application/json")
                .putHeader("user-agent", "sluice");
        headers.forEach(options::putHeader);
        if (form != null) {
            options.putHeader("content-type", "application/x-www-form-urlencoded");
        }
        Future<Reply> answered = client.request(options)
                .compose(request -> (form == null ? request.send() : request.send(form)).compose(this::whole));
        return answered.recover(cause -> Future.failedFuture(
                cause instanceof ProviderFailure
                        ? cause
                        : new ProviderFailure(what + " (" + endpoint.url() + ") does not answer: " + reason(cause))));
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    /** The timeout of a request ends at the head of its answer; a body that dribbles must end too. */
    private Future<Reply> whole(HttpClientResponse response) {
        Promise<Reply> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        long timer = vertx.setTimer(TIMEOUT_MILLIS, late -> {
            if (whole.tryFail(new ProviderFailure("an answer of it does not end"))) {
                response.request().reset();
            }
        });
        response.handler(piece -> {
            if (body.length() + piece.length() <= MOST_BYTES) {
                body.appendBuffer(piece);
            } else if (whole.tryFail(new ProviderFailure("it answers with more than " + MOST_BYTES + " bytes"))) {
                response.request().reset();
            }
        });
        response.endHandler(end -> whole.tryComplete(new Reply(response.statusCode(), json(body))));
        response.exceptionHandler(whole::tryFail);
        return whole.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    private static JsonObject json(Buffer body) {
        try {
            return body.length() == 0 ? new JsonObject() : new JsonObject(body);
        } catch (DecodeException | ClassCastException e) {
            return new JsonObject();
        }
    }

    /** Gives up what is under way. */
    Future<Void> close() {
        return client.close();
    }
}
