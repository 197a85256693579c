package io.sluice.provider;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Outbound;
import io.sluice.provider.UpstreamClients.Way;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * Asks providers which models they offer, with the account's credential and along its way. Reads every page, at most
 * {@value #MOST_PAGES} pages and {@value #MOST_NAMES} names; a page has at most 16 MiB and comes within
 * {@value #TIMEOUT_MILLIS} ms. Follows no redirect. Has clients of its own: it is no part of a lane.
 */
public final class ModelListing {
    private static final int MOST_PAGES = 100;
    private static final int MOST_NAMES = 20_000;
    private static final int MOST_BYTES = 16 * 1024 * 1024;
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int QUEUE = 100;

    private final Context context;
    private final Clock wallClock = Clock.systemUTC();
    private final UpstreamClients clients;
    private final Credentials credentials;

    /**
     * Asks nobody yet.
     *
     * @param vertx runs the calls, on one of its event loops
     */
    public ModelListing(Vertx vertx) {
        this.context = vertx.getOrCreateContext();
        this.clients = new UpstreamClients(vertx, QUEUE);
        this.credentials = new Credentials(System::nanoTime, wallClock, new TokenClient(vertx, clients));
    }

    /**
     * The provider's names of the models that an account may use, as far as the provider tells accounts apart.
     *
     * @param channel whose provider is asked
     * @param account one of the channel's accounts
     * @return each name once, in the provider's order; fails with a {@link GatewayException} that says why there is no list
     */
    public Future<List<String>> of(Channel channel, Account account) {
        Promise<List<String>> told = Promise.promise();
        context.runOnContext(v -> list(channel, account).onComplete(told));
        return told.future();
    }

    private Future<List<String>> list(Channel channel, Account account) {
        ProviderAdapter adapter = ProviderAdapters.of(channel);
        Candidate candidate = new Candidate(channel, account, "", "", List.of(), Candidate.NO_SLOT);
        return credentials
                .authorized(candidate, adapter.grant(candidate))
                .compose(authorized -> pages(adapter, authorized, "", 1, new LinkedHashSet<>()))
                .map(names -> List.copyOf(names))
                .recover(cause -> Future.failedFuture(
                        cause instanceof GatewayException ? cause : new GatewayException(failure(cause))));
    }

    private static UpstreamFailure failure(Throwable cause) {
        return cause instanceof TimeoutException
                ? UpstreamFailure.of(Kind.HEAD_TIMEOUT, "The upstream did not answer in time.")
                : UpstreamClients.unreached(cause);
    }

    private Future<Set<String>> pages(
            ProviderAdapter adapter, Candidate candidate, String page, int number, Set<String> names) {
        ModelsCall call;
        try {
            call = adapter.models(candidate, page, wallClock.millis() / 1000);
        } catch (GatewayException e) {
            return Future.failedFuture(e);
        }
        return ask(adapter, candidate, call).compose(answer -> {
            ModelsPage read = call.reading().apply(answer);
            names.addAll(read.names());
            boolean last = read.next().isEmpty()
                    || read.next().equals(page)
                    || number >= MOST_PAGES
                    || names.size() >= MOST_NAMES;
            return last ? Future.succeededFuture(names) : pages(adapter, candidate, read.next(), number + 1, names);
        });
    }

    private Future<JsonNode> ask(ProviderAdapter adapter, Candidate candidate, ModelsCall call) {
        Outbound added = candidate.outbound();
        return clients.request(
                        Way.of(candidate),
                        new RequestOptions()
                                .setMethod(HttpMethod.GET)
                                .setHost(call.server().host())
                                .setPort(call.server().port())
                                .setTimeout(TIMEOUT_MILLIS)
                                .setURI(added.target(call.server(), call.uri())))
                .compose(request -> send(request, added, call))
                .compose(response -> BoundedBody.of(response, MOST_BYTES, "The upstream's list of models has no end.")
                        .compose(body -> {
                            int status = response.statusCode();
                            if (status != 200) {
                                return Future.failedFuture(new GatewayException(
                                        status >= 400
                                                ? adapter.classify(
                                                        status, response.headers(), body, wallClock.instant())
                                                : UpstreamFailure.of(
                                                        Kind.BAD_RESPONSE,
                                                        "The upstream answered with status " + status + ".")));
                            }
                            JsonNode json = Json.read(body, 0, body.length);
                            return json == null
                                    ? Future.failedFuture(new GatewayException(UpstreamFailure.of(
                                            Kind.BAD_RESPONSE, "The upstream's list of models is no JSON.")))
                                    : Future.succeededFuture(json);
                        }));
    }

    private static Future<HttpClientResponse> send(HttpClientRequest request, Outbound added, ModelsCall call) {
        request.exceptionHandler(cause -> {});
        request.putHeader("accept", "application/json").putHeader("user-agent", "sluice");
        added.headers().forEach((name, value) -> request.putHeader(name, value.reveal()));
        call.headers().forEach(request::putHeader);
        return request.send();
    }

    /** Closes every connection. */
    public Future<?> close() {
        return clients.close();
    }
}
