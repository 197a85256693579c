package io.sluice.provider;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Candidate;
import io.sluice.provider.TokenGrant.Asked;
import io.sluice.provider.TokenGrant.Token;
import io.sluice.provider.TokenGrant.TokenCall;
import io.sluice.provider.UpstreamClients.Way;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Asks token endpoints, over HTTPS with certificates verified, or in clear text to a loopback address, along the way of
 * the account: its proxy, its trust. Follows no redirect, reads at most 64 KiB, waits at most {@value #TIMEOUT_MILLIS} ms.
 */
final class TokenClient implements Credentials.TokenEndpoint {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int MOST_BYTES = 64 * 1024;

    private final Vertx vertx;
    private final UpstreamClients clients;

    /**
     * Asks nothing yet.
     *
     * @param vertx its workers write requests
     * @param clients the lane's
     */
    TokenClient(Vertx vertx, UpstreamClients clients) {
        this.vertx = vertx;
        this.clients = clients;
    }

    @Override
    public Future<Token> ask(Asked grant, Candidate candidate, Instant now) {
        return vertx.executeBlocking(() -> grant.call(now), false)
                .compose(call -> send(call, candidate).compose(answer -> read(grant, answer)))
                .recover(cause -> Future.failedFuture(
                        cause instanceof GatewayException
                                ? cause
                                : new GatewayException(UpstreamFailure.of(
                                        Kind.CONNECT, "The provider's token endpoint could not be reached."))));
    }

    private record Answer(int status, byte[] body) {}

    private static Future<Token> read(Asked grant, Answer answer) {
        try {
            return Future.succeededFuture(grant.read(answer.status, answer.body));
        } catch (GatewayException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Answer> send(TokenCall call, Candidate candidate) {
        URI url = endpoint(call.url());
        if (url == null) {
            return Future.failedFuture(new GatewayException(
                    UpstreamFailure.of(Kind.ACCOUNT_REFUSED, "The account's token endpoint is not an https URL.")));
        }
        boolean tls = url.getScheme().equalsIgnoreCase("https");
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return clients.request(
                        Way.of(candidate.channel(), candidate.account(), tls),
                        new RequestOptions()
                                .setMethod(HttpMethod.POST)
                                .setHost(unbracketed(url.getHost()))
                                .setPort(url.getPort() < 0 ? (tls ? 443 : 80) : url.getPort())
                                .setTimeout(TIMEOUT_MILLIS)
                                .setURI(path + query))
                .compose(request -> {
                    request.exceptionHandler(cause -> {});
                    return request.putHeader("content-type", call.contentType())
                            .putHeader("accept", "application/json")
                            .putHeader("user-agent", "sluice")
                            .send(Buffer.buffer(call.body()))
                            .compose(TokenClient::collect);
                });
    }

    private static Future<Answer> collect(HttpClientResponse response) {
        return BoundedBody.of(response, MOST_BYTES, "The provider's token endpoint answered with more than a token.")
                .map(body -> new Answer(response.statusCode(), body));
    }

    /** The URL, if it may be called; null otherwise. */
    static @Nullable URI endpoint(String text) {
        try {
            URI url = new URI(text);
            if (url.getHost() == null || url.getScheme() == null || url.getRawUserInfo() != null) {
                return null;
            }
            return switch (url.getScheme().toLowerCase(Locale.ROOT)) {
                case "https" -> url;
                case "http" -> isLoopback(unbracketed(url.getHost())) ? url : null;
                default -> null;
            };
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost") || host.equals("::1") || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
