package io.sluice.provider.fetch;

import io.sluice.domain.chat.ChatMedia.Named;
import io.sluice.domain.chat.FetchedMedia;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.media.MediaKind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fetches for the requests of one lane. Asks with {@code GET} over HTTP/1.1, a connection for each, without cookies or
 * credentials; certificates and host names are verified; no proxy.
 */
public final class MediaFetcher {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int MOST_CONNECTIONS = 64;
    private static final int ANSWER_LINE = 4 * 1024;
    private static final int ANSWER_HEADERS = 16 * 1024;

    private final Vertx vertx;
    private final MediaNetwork network;
    private final MediaRoom room = new MediaRoom();
    private @Nullable HttpClientAgent client;

    /**
     * A fetcher that has no connection.
     *
     * @param vertx the lane's
     * @param network what may be reached
     */
    public MediaFetcher(Vertx vertx, MediaNetwork network) {
        this.vertx = vertx;
        this.network = network;
    }

    /**
     * Begins to fetch what is not there yet.
     *
     * @param rules what may be fetched
     * @param named what the request names
     * @param media what was fetched for it, and is
     */
    public MediaFetch begin(FetchRules rules, List<Named> named, FetchedMedia media) {
        MediaFetch fetch = new MediaFetch(this, rules, media, named);
        fetch.start();
        return fetch;
    }

    Vertx vertx() {
        return vertx;
    }

    /** What may be reached. */
    public MediaNetwork network() {
        return network;
    }

    MediaRoom room() {
        return room;
    }

    Download download(FetchRules rules, MediaKind kind, Download.Meter meter) {
        return new Download(client(), network, rules, kind, meter);
    }

    private HttpClientAgent client() {
        HttpClientAgent built = client;
        if (built == null) {
            built = vertx.httpClientBuilder()
                    .with(new HttpClientOptions()
                            .setVerifyHost(true)
                            .setTrustAll(false)
                            .setKeepAlive(false)
                            .setDecompressionSupported(false)
                            .setMaxRedirects(0)
                            .setMaxInitialLineLength(ANSWER_LINE)
                            .setMaxHeaderSize(ANSWER_HEADERS)
                            .setConnectTimeout(CONNECT_MILLIS)
                            .setSslHandshakeTimeout(CONNECT_MILLIS)
                            .setSslHandshakeTimeoutUnit(java.util.concurrent.TimeUnit.MILLISECONDS))
                    .with(new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS))
                    // The request on the connection hears of its end by itself.
                    .withConnectHandler(connection -> connection.exceptionHandler(cause -> {}))
                    .build();
            client = built;
        }
        return built;
    }

    /** Closes every connection. */
    public Future<?> close() {
        return Future.join(network.close(), client == null ? Future.succeededFuture() : client.close());
    }
}
