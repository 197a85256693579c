package io.sluice.provider;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Outbound;
import io.sluice.provider.UpstreamClients.Way;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Clock;
import java.util.concurrent.TimeoutException;

/**
 * Asks a provider for a page of its list of models, along the account's way. A page has at most 16 MiB. Follows no
 * redirect. Used on the event loop of its clients.
 */
final class ModelsQuestion {
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final UpstreamClients clients;
    private final Clock wallClock;

    /** Hears what happens on the way to an answer. */
    interface Progress {
        /** Nobody listens. */
        Progress NOBODY = new Progress() {
            @Override
            public void written(HttpClientRequest request) {}

            @Override
            public void answered() {}
        };

        /**
         * The request is written in this turn.
         *
         * @param request to be reset when nobody wants the answer any more
         */
        void written(HttpClientRequest request);

        /** The head of the answer has come. */
        void answered();
    }

    private enum Phase {
        CONNECTING,
        WRITTEN,
        ANSWERED
    }

    /**
     * Asks nobody yet.
     *
     * @param clients make the connections
     * @param wallClock what signatures are dated by
     */
    ModelsQuestion(UpstreamClients clients, Clock wallClock) {
        this.clients = clients;
        this.wallClock = wallClock;
    }

    /**
     * Asks for a page.
     *
     * @param adapter the provider's dialect
     * @param candidate whose account asks, with the credential of the moment; it needs to name no model
     * @param page empty for the first
     * @param timeoutMillis how long nothing may happen
     * @param progress hears what happens
     * @return fails with a {@link GatewayException} that says why there is no list
     */
    Future<ModelsPage> ask(
            ProviderAdapter adapter, Candidate candidate, String page, long timeoutMillis, Progress progress) {
        ModelsCall call;
        try {
            call = adapter.models(candidate, page, wallClock.millis() / 1000);
        } catch (GatewayException e) {
            return Future.failedFuture(e);
        }
        Outbound added = candidate.outbound();
        Phase[] phase = {Phase.CONNECTING};
        return clients.request(
                        Way.of(candidate),
                        new RequestOptions()
                                .setMethod(HttpMethod.GET)
                                .setHost(call.server().host())
                                .setPort(call.server().port())
                                .setTimeout(timeoutMillis)
                                .setURI(added.target(call.server(), call.uri())))
                .compose(request -> {
                    phase[0] = Phase.WRITTEN;
                    progress.written(request);
                    return send(request, added, call);
                })
                .compose(response -> {
                    phase[0] = Phase.ANSWERED;
                    progress.answered();
                    return read(adapter, response);
                })
                .map(answer -> call.reading().apply(answer))
                .recover(cause -> Future.failedFuture(
                        cause instanceof GatewayException ? cause : new GatewayException(failure(phase[0], cause))));
    }

    private static UpstreamFailure failure(Phase phase, Throwable cause) {
        return switch (phase) {
            case CONNECTING -> UpstreamClients.unreached(cause);
            case WRITTEN ->
                cause instanceof TimeoutException
                        ? UpstreamFailure.of(Kind.HEAD_TIMEOUT, "The upstream did not answer in time.")
                        : TransportFaults.beforeHead(cause, TransportFaults.NO_STREAM);
            case ANSWERED -> UpstreamFailure.of(Kind.TRUNCATED, "The upstream broke off its list of models.");
        };
    }

    private static Future<HttpClientResponse> send(HttpClientRequest request, Outbound added, ModelsCall call) {
        request.exceptionHandler(cause -> {});
        request.putHeader("accept", "application/json").putHeader("user-agent", "sluice");
        added.headers().forEach((name, value) -> request.putHeader(name, value.reveal()));
        call.headers().forEach(request::putHeader);
        return request.send();
    }

    private Future<JsonNode> read(ProviderAdapter adapter, HttpClientResponse response) {
        return BoundedBody.of(response, MOST_BYTES, "The upstream's list of models has no end.")
                .compose(body -> {
                    int status = response.statusCode();
                    if (status != 200) {
                        return Future.failedFuture(new GatewayException(
                                status >= 400
                                        ? adapter.classify(status, response.headers(), body, wallClock.instant())
                                        : UpstreamFailure.of(
                                                Kind.BAD_RESPONSE,
                                                "The upstream answered with status " + status + ".")));
                    }
                    JsonNode json = Json.read(body, 0, body.length);
                    return json == null
                            ? Future.failedFuture(new GatewayException(
                                    UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream's list of models is no JSON.")))
                            : Future.succeededFuture(json);
                });
    }
}
